/*
 * suppress - leaks that are known and not to be reported.
 *
 * The grammar is LeakSanitizer's: a line "leak:PATTERN", where * stands for
 * anything, ^ at the front and $ at the end anchor it; lines that begin with #
 * are comments.  A group is suppressed when the pattern is found in a
 * function, a module's path or a source file of its stack.
 *
 * Memory   owned until suppress_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_SUPPRESS_H
#define DIAG_REPORT_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct suppress_rule {
	char *pattern;
	uint64_t groups, blocks, bytes;	/* what it has suppressed */
};

struct suppress {
	struct suppress_rule *rules;
	size_t n, cap;
};

/* Adds the rule for what no program frees.  It is the first one, and counts
 * what the C library keeps for itself, too. */
void suppress_standard(struct suppress *s);

/* Is @module the C library, or its loader? */
bool suppress_is_libc(const char *module);
/* A block whose stack is in the C library from the inner end as far as
 * @function: does the library keep it for itself? */
bool suppress_is_kept(const char *function);

/* Adds the rules of the file @path.  0; a negative errno; or the number of
 * the first line that is not understood. */
int suppress_read(struct suppress *s, const char *path);
void suppress_drop(struct suppress *s);

/* The first rule that matches @text, or NULL. */
struct suppress_rule *suppress_match(const struct suppress *s,
    const char *text);

/* The matching itself. */
bool suppress_pattern_matches(const char *pattern, const char *text);

#endif
