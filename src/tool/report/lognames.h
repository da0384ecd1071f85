/*
 * lognames - what a log names once and uses later: modules, stacks, frames.
 *
 * Memory   owned until lognames_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_LOGNAMES_H
#define DIAG_REPORT_LOGNAMES_H

#include <stddef.h>
#include <stdint.h>

#include "tool/report/logline.h"
#include "tool/report/model.h"

/* What a short name of a module means, in one process, from here on. */
struct lognames_module {
	uint32_t process, name, module;
};

struct lognames {
	struct model *m;
	struct lognames_module *modules;
	size_t n_modules, c_modules;
	struct lognames_entry *table;	/* stacks by process and number */
	size_t used, mask;
};

void lognames_start(struct lognames *n, struct model *m);
void lognames_drop(struct lognames *n);

/* A module line. */
void lognames_module(struct lognames *n, uint32_t process,
    const struct logline *l);

/* The frame of a frame line. */
uint32_t lognames_frame(struct lognames *n, uint32_t process,
    const struct logline *l);

/* Stack number @id of @process is @node. */
void lognames_set_stack(struct lognames *n, uint32_t process, uint64_t id,
    uint32_t node);

/* The node of stack @id of @process; 0 when it was not told. */
uint32_t lognames_stack(struct lognames *n, uint32_t process, uint64_t id);

#endif
