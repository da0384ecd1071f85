/*
 * logsearch - finds our record in a line that begins with somebody else's
 * text.
 *
 * That is what the program wrote without a newline, or what a collector of
 * logs puts before each line (collector.h).  Behind a blank or a mark such as
 * "|" any record is found that chance does not make; behind a word, events and
 * the lines of schedtrace.
 *
 * Memory   the results point into the line.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_LOGSEARCH_H
#define DIAG_REPORT_LOGSEARCH_H

#include <stddef.h>

#include "tool/report/logline.h"

/* Takes the record that stands behind others' text in the @len bytes at @line
 * (without the newline) apart.  Returns how many of them stand before it; 0
 * when there is none, which is LINE_OTHER. */
size_t logsearch(const char *line, size_t len, struct logline *out);

#endif
