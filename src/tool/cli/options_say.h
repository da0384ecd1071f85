/*
 * options_say - what is wrong with an option of a verb.
 *
 * Memory   none.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_OPTIONS_SAY_H
#define DIAG_CLI_OPTIONS_SAY_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

/* How many letters must change, appear or go to make @a into @b; only the
 * first sixteen are looked at. */
unsigned options_distance(const char *a, const char *b);

/* The decimal number that is all of @word, at most @most; else false. */
bool options_number(const char *word, uint64_t most, uint64_t *to);

/* Says what getopt_long() found wrong with the option @word of @verb, when it
 * returned @which (':' or '?') and looked for @known. */
void options_say(const char *verb, int which, const char *word,
    const struct option *known);

#endif
