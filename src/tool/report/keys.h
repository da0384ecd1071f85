/*
 * keys - what stacks are ordered by: the words, and figures in their units.
 *
 * Memory   the results live in the caller's array.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_KEYS_H
#define DIAG_REPORT_KEYS_H

#include <stdint.h>

#include "tool/base/figures.h"
#include "tool/report/report.h"

/* @value in the unit of @key: bytes, or a count. */
const char *keys_value(char to[FIGURE_MAX], enum report_key key,
    uint64_t value);

/* The words of --top and --by; @key's meaning in a title. */
const char *keys_word(enum report_key key);
const char *keys_title(enum report_key key);

#endif
