/*
 * model - what happened, whoever wrote it down: events and stacks.
 *
 * Readers (of a text log, of a tape) put in frames, stacks and events in the
 * order of time; reports take out sites (one per distinct stack that
 * allocated), live blocks and sums.  Nothing is kept per event: memory grows
 * with distinct stacks and with live blocks, not with the length of the input.
 *
 * Memory   owned by the model until model_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_MODEL_H
#define DIAG_REPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool/report/blocks.h"
#include "tool/base/index.h"
#include "tool/base/strings.h"

/* An object that code came from.  Strings are numbers in model.strings. */
struct module {
	uint32_t name, path, build_id;
};

/* One place in the code. */
struct frame {
	uint32_t module;
	uint32_t function;	/* as the reader found it; 0 unknown */
	uint64_t addr;		/* return address, as ELF virtual address */
};

/* A stack is its innermost node; the root is node 0. */
struct node {
	uint32_t parent, frame;
	uint32_t site;		/* 0 until something was allocated here */
	uint32_t freer;		/* 0 until something was freed here */
	bool cut;		/* the stack did not end here: it was cut */
};

/* Sums over the allocations of one stack. */
struct site {
	uint32_t node;
	uint64_t allocs, bytes;		/* all of them */
	uint64_t frees, temporary;
	uint64_t live, live_blocks;	/* not freed at the end: leaked */
	uint64_t most;			/* live bytes, the largest ever */
	uint64_t peak;			/* live bytes when all was largest */
	uint64_t peak_epoch;
	uint64_t oldest_ns;		/* of live blocks; set at the end */
};

/* Sums over the frees of one stack. */
struct freer {
	uint32_t node;
	uint64_t frees;
	uint64_t bytes;		/* of blocks whose allocation is known */
};

struct thread {
	uint32_t process, tid, name;
	uint64_t last_alloc;	/* key of its last allocation, 0 when freed */
};

struct amount {
	uint64_t bytes, blocks;
};

/* What a leak summary in a log says of a stack. */
struct told_leak {
	uint32_t node;
	uint32_t summary;	/* which one it is of */
	struct amount all;
	struct amount reach;	/* of them still pointed to at exit */
	struct amount indirect;	/* of them lost with a block that held them */
	struct amount held;	/* by the others: lost indirectly with them */
	uint64_t oldest_ns;
};

struct totals {
	uint64_t allocs, frees, bytes;
	uint64_t temporary;
	uint64_t live, live_blocks;
	uint64_t peak, peak_ns;
	uint64_t first_ns, last_ns;
	uint64_t unknown_frees;	/* of blocks allocated before the input */
	uint64_t missed_frees;	/* an address was given out twice */
};

/* Node 0, site 0 and freer 0 stand for nothing. */
struct model {
	struct strings strings;
	struct module *modules;
	struct frame *frames;
	struct node *nodes;
	struct site *sites;
	struct freer *freers;
	struct thread *threads;
	struct told_leak *told;
	size_t n_modules, n_frames, n_nodes, n_sites, n_freers, n_threads;
	size_t c_modules, c_frames, c_nodes, c_sites, c_freers, c_threads;
	size_t n_told, c_told;
	struct blocks blocks;
	struct totals totals;
	uint64_t peak_epoch;	/* counts new peaks, see events.c */
	struct index frame_index, node_index;
	uint32_t *thread_hint;	/* by low bits of tid: number + 1, or 0 */
	uint64_t *processes;	/* file and number in the system */
	size_t n_processes, c_processes;
	uint32_t file;		/* which is read: processes are its own */
	/* Called after each event, when set: the plot watches. */
	void (*watch)(struct model *m, const struct site *s, uint64_t ns);
	void *watch_arg;
};

void model_start(struct model *m);
void model_drop(struct model *m);

/* Each returns the number of the thing, an old one when it is known. */
uint32_t model_module(struct model *m, const char *name, const char *path,
    const char *build_id);
uint32_t model_frame(struct model *m, const struct frame *f);
uint32_t model_node(struct model *m, uint32_t parent, uint32_t frame);
uint32_t model_process(struct model *m, uint32_t pid);
uint32_t model_thread(struct model *m, uint32_t process, uint32_t tid,
    uint32_t name);

/* One event; addresses are those of process @process. */
struct model_event {
	uint32_t thread;	/* from model_thread() */
	uint32_t node;		/* the stack; 0: not known */
	uint64_t addr, size, ns;
};
/* Says that @e comes soon, so that its block can be fetched. */
void model_announce(struct model *m, const struct model_event *e);
/* Is there a live block at @e's address? */
bool model_is_live(struct model *m, const struct model_event *e);
void model_alloc(struct model *m, const struct model_event *e);
void model_free(struct model *m, const struct model_event *e);

/* A group that the log itself tells of. */
void model_told_leak(struct model *m, const struct told_leak *leak);
/* Forgets those of @summary. */
void model_forget_told(struct model *m, uint32_t summary);

/* After the last event: brings the sums per site up to date. */
void model_end(struct model *m);

#endif
