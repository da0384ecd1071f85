/*
 * sinkbed - what tests of the sink stand on: places to write to, and a look at
 * what arrived.
 *
 * Memory   static.
 * Threads  one.
 * Fork     each test is a process of its own (check forks).
 */
#ifndef DIAG_TESTS_SINKBED_H
#define DIAG_TESTS_SINKBED_H

#include <stdbool.h>
#include <stddef.h>

/* Descriptor 2 becomes the writing end of a pipe; returns the reading end,
 * which does not block. */
int bed_stderr_is_pipe(void);

/* A folder for this test, which bed_clean() empties and removes; the path of
 * @name in it (static, one at a time). */
void bed_make(void);
void bed_clean(void);
const char *bed_path(const char *name);

/* Opens the sink on @log ("" stderr). */
int bed_open(const char *log, bool host_writes);

/* What arrived so far at a reading end, or is in a file; ends with a NUL. */
const char *bed_read(int fd);
const char *bed_file(const char *path);

/* Numbered records of two lines each: "ID.N first" and "\tID.N second". */
bool bed_put(int id, int n);

/* Checks that @text is whole records, each thread's in order, with nothing
 * but notices in between; returns how many records. */
int bed_count(const char *text);

/* The sum of all "diag: N records lost" in @text. */
unsigned long bed_lost(const char *text);

#endif
