/*
 * figures - numbers the way people read them.
 *
 * Memory   the results live in the caller's array.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_TOOL_FIGURES_H
#define DIAG_TOOL_FIGURES_H

#include <stdint.h>
#include <stdio.h>

enum { FIGURE_MAX = 48 };

/* "812 B", "4.1 KB", "66.1 MB" (powers of 1024). */
const char *figures_bytes(char to[FIGURE_MAX], uint64_t bytes);
/* "3.214s" */
const char *figures_seconds(char to[FIGURE_MAX], uint64_t ns);
/* "s" unless @n is 1. */
const char *figures_plural(uint64_t n);

/* Text for XML and for JSON. */
void figures_put_xml(FILE *to, const char *text);
void figures_put_json(FILE *to, const char *text);

#endif
