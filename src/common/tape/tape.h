/*
 * tape - the binary record of every allocation and free: diag-tape(5).
 *
 * A tape is a header of one unit (4,096 bytes) and chunks of whole units, each
 * written by one thread.  A chunk is a chunk header and records; the first
 * byte of a record is its tag, and a tag of 0 ends the chunk.  The writer
 * stores a record's tag last, so a process that is killed leaves no half
 * record behind: what is not there was not recorded.  All numbers are little
 * endian; "varint" is LEB128, "zigzag" folds the sign into the lowest bit.
 *
 * Memory   the caller's.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_TAPE_TAPE_H
#define DIAG_TAPE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

#define TAPE_MAGIC "diagtape"
#define TAPE_CHUNK_MAGIC 0x4b4e4843u	/* "CHNK" */

enum {
	TAPE_VERSION = 2,
	TAPE_UNIT = 4096,		/* bytes; chunks are multiples of it */
	TAPE_CHUNK_MAX = 256 * 1024,	/* bytes of the largest chunk */
	TAPE_RECORD_MAX = 48,		/* of an ALLOC, FREE or NODE record */
	TAPE_STAMP_SHIFT = 8,		/* dt counts 256 stamps */
	TAPE_ADDR_SHIFT = 4,		/* addresses count 16 bytes */
	TAPE_NEAR = 32,			/* zigzag distances that are near; of */
	TAPE_WINDOW_MASK = 0xffff,	/* what is far these bits are told */
	TAPE_NODES_MAX = 1 << 27,	/* numbers of nodes are less */
	TAPE_NAME_MAX = 16,
	TAPE_PATH_MAX = 1024,
	TAPE_STRING_MAX = 4096,		/* of a path in a record */
};

enum tape_state {
	TAPE_RUNNING,		/* still open, or the process was killed */
	TAPE_ENDED,		/* the process ended and said so */
	TAPE_STOPPED_LIMIT,	/* tapemax was reached */
	TAPE_STOPPED_FULL,	/* no space on the device */
	TAPE_STOPPED_ERROR,	/* another error: @error */
	TAPE_STOPPED_USER,	/* switched off in the running process */
	TAPE_EXEC,		/* the process became another program */
};

enum tape_flag {
	TAPE_FREE_STACKS = 1,	/* frees carry the stack that freed, */
	TAPE_FREE_CALLS = 4,	/* or of that stack the innermost frame alone */
	TAPE_STAMP_IS_NS = 2,	/* stamps are CLOCK_MONOTONIC, not the TSC */
};

/* The header, at offset 0.  Fields that change while the tape runs say so. */
struct tape_header {
	char magic[8];
	uint32_t version;
	uint32_t unit;			/* TAPE_UNIT */
	uint32_t stamp_shift, addr_shift;
	uint32_t flags;			/* enum tape_flag */
	int32_t pid;
	uint64_t start_wall_ns;		/* the process's start, since 1970 */
	uint64_t start_ns;		/* the same, CLOCK_MONOTONIC */
	uint64_t first_stamp, first_ns;	/* one moment on both clocks */
	uint64_t last_stamp, last_ns;	/* another; changes, 0 before */
	uint32_t depth;			/* frames kept per stack */
	int32_t error;			/* errno of TAPE_STOPPED_ERROR */
	uint64_t sample, minsize, maxsize;	/* what was asked for */
	uint64_t end;			/* bytes of the file in use; changes */
	uint64_t lost;			/* events not recorded; changes */
	uint32_t state;			/* enum tape_state; changes */
	uint32_t parent_pid;		/* of a forked child's tape; else 0 */
	char program[64];		/* NUL terminated, may be cut */
	char path[TAPE_PATH_MAX];	/* the executable */
	uint64_t sum;			/* tape_header_sum(); changes */
};

/* The header of a chunk.  The first record's times, addresses and stacks are
 * relative to what stands here. */
struct tape_chunk {
	uint32_t magic;
	uint32_t size;			/* bytes, with this header */
	int32_t tid;
	uint32_t seq;			/* this thread's chunks, from 0 */
	uint64_t thread;		/* this thread's number, from 1 */
	uint64_t stamp;			/* base of the first dt */
	uint64_t addr;			/* base of the first address */
	char name[TAPE_NAME_MAX];	/* the thread's name, NUL padded */
	uint64_t sum;			/* tape_chunk_sum() when it is full, or
					 * its thread ended the process; 0
					 * while it is written to */
};

/* The tag: its kind in the three low bits, and bits for what is left out. */
enum tape_kind {
	TAPE_END,
	TAPE_ALLOC,	/* dt, [address], [size], [stack], [entry] */
	TAPE_FREE,	/* dt, [address], [stack], [entry] */
	TAPE_NODE,	/* id, parent, pc, flags, module: all varint */
	TAPE_MODULE,	/* see struct tape_module */
	TAPE_KINDS
};

enum tape_bit {
	TAPE_SAME_ADDR = 1 << 3,	/* the address is the last one */
	TAPE_SAME_SIZE = 1 << 4,	/* the size is the last ALLOC's */
	TAPE_SAME_STACK = 1 << 5,	/* the stack is the last of this kind */
	TAPE_HAS_ENTRY = 1 << 6,	/* a byte: enum alloc_entry's number;
					 * without it: malloc, free */
	TAPE_FROM_LAST = 1 << 7,	/* the stack counts from the last one
					 * of any kind, not of this kind */
};

/* What both sides remember within a chunk. */
struct tape_context {
	uint64_t stamp;		/* shifted, see stamp_shift */
	uint64_t addr;		/* shifted */
	uint64_t size;
	uint32_t stack[2];	/* of the last ALLOC, of the last FREE */
	uint32_t last_stack;	/* of the last of both */
};

struct tape_event {
	uint64_t stamp;		/* full scale */
	uint64_t addr, size;	/* size: ALLOC only */
	uint32_t stack;
	uint8_t kind;		/* TAPE_ALLOC or TAPE_FREE */
	uint8_t entry;
};

struct tape_node {
	uint32_t id, parent;	/* parent 0: a root */
	uint64_t pc;		/* return address */
	uint32_t flags;		/* TAPE_NODE_CUT, ... */
	uint32_t module;	/* number of the MODULE; 0: in none */
};

enum tape_node_flag {
	TAPE_NODE_CUT = 1,	/* a root that is not the end of the stack */
};

/* A module in which code was seen: number, start, end and bias as varints,
 * then the build-id's length and bytes, then the path's length and bytes.  A
 * number names one module for ever, also when others get its addresses. */
struct tape_module {
	uint64_t number;
	uint64_t start, end;	/* addresses */
	uint64_t bias;		/* address - ELF virtual address */
	uint8_t build_id[32];
	uint8_t build_id_len;
	const char *path;	/* not NUL terminated */
	size_t path_len;
};

/* Sums by which a changed bit is noticed; never 0.  A chunk's is over all of
 * its bytes, the header's over what does not change any more in its state:
 * before the end the fields that change count as 0, and @lost always does. */
SIGNAL_SAFE uint64_t tape_chunk_sum(const struct tape_chunk *c);
SIGNAL_SAFE uint64_t tape_header_sum(const struct tape_header *h);

/* Begins a context at chunk header @c. */
IN_HOOK void tape_context_begin(struct tape_context *ctx,
    const struct tape_chunk *c);

/* Encoders.  They write at @to, which must have room (TAPE_RECORD_MAX, or
 * tape_module_size()), tag last, and return the record's length. */
IN_HOOK size_t tape_put_event(uint8_t *to, struct tape_context *ctx,
    const struct tape_event *e);
IN_HOOK size_t tape_put_node(uint8_t *to, const struct tape_node *n);
IN_HOOK size_t tape_put_module(uint8_t *to, const struct tape_module *m);
IN_HOOK size_t tape_module_size(const struct tape_module *m);

/* A reader over the records of one chunk. */
struct tape_cursor {
	const uint8_t *at, *end;
	struct tape_context ctx;
	bool damaged;		/* stopped at bytes that are no record */
};

struct tape_record {
	enum tape_kind kind;
	union {
		struct tape_event event;
		struct tape_node node;
		struct tape_module module;	/* path points into the chunk */
	};
};

/* True when @h, of which @size bytes are there, is a header we can read;
 * otherwise *@why is one phrase. */
bool tape_header_is_good(const struct tape_header *h, size_t size,
    const char **why);
/* True when a chunk of @room bytes at most can begin at @c. */
bool tape_chunk_is_good(const struct tape_chunk *c, size_t room);
/* Starts reading the chunk at @c (checked by tape_chunk_is_good()). */
void tape_cursor_begin(struct tape_cursor *cur, const struct tape_chunk *c);
/* The next record; false at the end of the chunk or at damage. */
bool tape_next(struct tape_cursor *cur, struct tape_record *out);
/* The same for who wants events alone, or all but events: the others are passed
 * over.  A cursor is moved by one of the two, or by tape_next(). */
bool tape_next_event(struct tape_cursor *cur, struct tape_event *e);
bool tape_next_other(struct tape_cursor *cur, struct tape_record *out);

#endif
