/*
 * options - the DIAG variable, as a struct.
 *
 * OPTIONS_TABLE (table.h) is the one origin of the parser, of DIAG=help and of
 * the manual's table.  Parsing never stops the host: an item that is not
 * understood is skipped and reported through a callback, one line each.
 *
 * Memory   the caller's struct; strings are copied into it.
 * Threads  one at a time.
 * Fork     the child keeps its copy.
 */
#ifndef DIAG_OPTIONS_OPTIONS_H
#define DIAG_OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"

enum { OPTION_PATH_MAX = 1024, OPTION_NAME_MAX = 32 };
enum prefix_mode { PREFIX_NEVER, PREFIX_ALWAYS, PREFIX_AUTO };
enum memstats_mode {
	MEMSTATS_OFF, MEMSTATS_EXIT, MEMSTATS_SIGNAL, MEMSTATS_PERIOD
};

struct options {
	uint32_t gctrace;		/* 0, 1, 2 */
	uint64_t schedtrace_ns;		/* period; 0 off */
	uint32_t scheddetail;		/* 0, 1 */
	uint32_t allocfreetrace;	/* 0, 1, 2 */
	char tape[OPTION_PATH_MAX];	/* "" off; not expanded */
	uint64_t tapemax;		/* bytes; 0 no limit */
	uint32_t tapefrees;		/* 0, 1, 2 */
	int32_t leaks;			/* groups; -1 not given */
	enum memstats_mode memstats;
	uint64_t memstats_ns;		/* MEMSTATS_PERIOD */
	char log[OPTION_PATH_MAX];	/* "" stderr; not expanded */
	uint64_t logmax;		/* bytes; 0 no limit */
	uint32_t depth;			/* frames, 1..512 */
	uint64_t minsize, maxsize;	/* maxsize UINT64_MAX: none */
	uint64_t sample;		/* 1 in n */
	int signal;			/* number; 0 none */
	bool leakscan;
	bool control;
	bool children;
	enum prefix_mode prefix;
	bool help;			/* DIAG=help was asked for */
};

extern const struct options options_defaults
    __attribute__((visibility("hidden")));

/* Called with one sentence per item that was skipped:
 * DIAG item "schedtrce=10": unknown key (did you mean schedtrace?) */
typedef void (*options_complain_fn)(void *arg, const char *sentence);

/* Fills @opt with the defaults, then with what @text (may be NULL) says.
 * The last duplicate wins. */
void options_parse(struct options *opt, const char *text,
    options_complain_fn complain, void *arg);

/* The same, but what @text does not name stays as it is in @opt. */
void options_change(struct options *opt, const char *text,
    options_complain_fn complain, void *arg);

/* The items that are not at their defaults, as DIAG has them. */
void options_write(struct buf *b, const struct options *opt);

/* True when anything is asked for that needs more than being there. */
bool options_any(const struct options *opt);

/* The table of keys with defaults, as DIAG=help prints it; as the rows of the
 * table in diag(7) (man(7) macros). */
void options_help(struct buf *b);
void options_manual(struct buf *b);

/* Expands %p (pid), %n (program name), %t (start time, wall seconds) and %%
 * into @b; any other % stays as it is. */
void options_expand_path(struct buf *b, const char *path, int pid,
    const char *program, uint64_t start_s);

#endif
