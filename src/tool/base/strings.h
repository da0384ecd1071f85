/*
 * strings - equal strings kept once, each with a number.
 *
 * Memory   owned by the set until strings_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_TOOL_STRINGS_H
#define DIAG_TOOL_STRINGS_H

#include <stddef.h>
#include <stdint.h>

#include "tool/base/index.h"

struct strings {
	char **text;		/* by number; 0 is "" */
	size_t used, cap;
	struct index index;
};

void strings_start(struct strings *s);
void strings_drop(struct strings *s);

/* The number of the @len bytes at @text, which join the set if new. */
uint32_t strings_add(struct strings *s, const char *text, size_t len);

/* The same for names that are printed: what a terminal would obey, and bytes
 * that are no text, become \xNN. */
uint32_t strings_add_clean(struct strings *s, const char *text, size_t len);

/* The string number @id. */
const char *strings_get(const struct strings *s, uint32_t id);

/* A hash of @len bytes, for tables of others too. */
uint64_t strings_hash(const void *p, size_t len);

#endif
