/*
 * signals - the last report before a signal ends the process, and the signal
 * that asks for a report.
 *
 * Our handler is installed only where the disposition is the default one and
 * only when a last report is wanted.  The host's view stays its own: whoever
 * asks sees SIG_DFL, and whoever sets a handler has it alone.
 *
 * Memory   a static table of dispositions.
 * Threads  any; as sigaction() itself, two threads that set one signal at the
 *          same time get one of both results.
 * Fork     handlers are inherited; the child's report is its own.
 */
#ifndef DIAG_PRELOAD_SIGNALS_H
#define DIAG_PRELOAD_SIGNALS_H

#include "common/options/options.h"

/* Installs what @opt asks for. */
void signals_start(const struct options *opt);
/* The child that is the first process of a container gets its signals back. */
void signals_after_fork_child(void);

#endif
