/*
 * groups - the stacks that answer a question, the largest first.
 *
 * Memory   owned until groups_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_GROUPS_H
#define DIAG_REPORT_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool/report/report.h"

enum { GROUP_AGES = 4 };

struct group {
	uint32_t node;		/* the stack */
	uint64_t value;		/* in the unit of the key */
	uint64_t blocks;	/* how many allocations or live blocks */
	/* BY_LEAKED only: birth of the oldest and the youngest, and how many
	 * were born in each quarter of the run. */
	uint64_t oldest_ns, newest_ns;
	uint64_t born[GROUP_AGES];
	/* As a summary tells, see struct told_leak. */
	struct amount reach, indirect, held;
	bool judged;	/* they are known */
	bool left;		/* reach is not in value and blocks */
};

struct groups {
	struct group *all;
	size_t n;
	uint64_t value, blocks;		/* sums over all */
	uint64_t hidden, hidden_blocks, hidden_value; /* suppressed */
	/* Left out because still pointed to: of how many stacks. */
	uint64_t reach, reach_blocks, reach_value;
	struct amount indirect;		/* sum over all */
};

/* The groups of @r by @key.  Leaks go through the filters and suppressions of
 * @r; other keys through the filter by module. */
void groups_collect(struct groups *g, struct report *r, enum report_key key);
void groups_drop(struct groups *g);

/* Prints the frames of @node, one a line, each line after @indent. */
void groups_print_stack(struct report *r, uint32_t node, const char *indent,
    FILE *to);

/* Is @node a stack whose inner end is in a C library without symbols?  Then
 * nobody can tell whether the library keeps the block for itself. */
bool groups_hides_libc(struct report *r, uint32_t node);

#endif
