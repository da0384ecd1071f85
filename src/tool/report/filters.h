/*
 * filters - the threads and modules that a report is narrowed to.
 *
 * Memory   the report's.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_FILTERS_H
#define DIAG_REPORT_FILTERS_H

#include <stdbool.h>

#include "common/options/nearest.h"
#include "tool/report/report.h"

/* Is @t, or @m, what the filter names?  True when there is no filter. */
bool filters_thread(const struct report *r, const struct thread *t);
bool filters_module(const struct report *r, const struct module *m);

/* The option of a filter that names nothing in the whole of what was read
 * ("thread" or "module"), or NULL; @near is what comes nearest to its name. */
const char *filters_unmet(const struct report *r, struct nearest *near);

#endif
