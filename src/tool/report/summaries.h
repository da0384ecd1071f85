/*
 * summaries - which leak summaries of a log are each process's last words, and
 * which are missing.
 *
 * A process tells of its leaks before it calls exec.  When another program
 * takes its place, that one owes a summary as well; when none does, the
 * process goes on, and its next summary counts instead of this one.  A child
 * owes one since its parent said that it begins, be it before or after what the
 * child said.
 *
 * Memory   owned until summaries_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_SUMMARIES_H
#define DIAG_REPORT_SUMMARIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool/report/model.h"
#include "tool/report/readnotes.h"

/* Of one process. */
struct summary {
	bool spoke;		/* a line of it is there */
	unsigned children;	/* that began with this number */
	unsigned next;		/* other programs that came next */
	unsigned told;		/* of what these owe */
	bool goes_on;		/* what it told was not the last */
	struct amount all;
	uint64_t allocs;
	uint64_t beside;	/* threads */
	uint32_t number;	/* its groups in model.told have it */
};

struct summaries {
	struct summary *of;	/* by number of the process */
	size_t n, cap;
	uint32_t begun;
};

/* @process, from model_process(), begins a summary of @all that is left of
 * @allocs. */
void summaries_begin(struct summaries *s, struct model *m,
    struct readnotes *notes, uint32_t process, struct amount all,
    uint64_t allocs);
/* The number of the one it is at, for its groups. */
uint32_t summaries_number(struct summaries *s, uint32_t process);
/* It ran beside @threads. */
void summaries_beside(struct summaries *s, struct readnotes *notes,
    uint32_t process, uint64_t threads);
/* @parent says that it begins; its own words may stand before. */
void summaries_child(struct summaries *s, uint32_t parent, uint32_t process);
/* It had nothing to tell of. */
void summaries_nothing(struct summaries *s, uint32_t process);
/* Another program comes next in it; or none did, or does yet. */
void summaries_next(struct summaries *s, uint32_t process);
void summaries_go_on(struct summaries *s, uint32_t process);
/* How many programs and children came and told nothing. */
uint64_t summaries_untold(const struct summaries *s);

void summaries_drop(struct summaries *s);

#endif
