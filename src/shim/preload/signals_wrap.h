/*
 * signals_wrap - sigaction() and its elders, with the host's view kept.
 *
 * Memory   one word per signal: is it managed, and what does the host believe.
 * Threads  any, as sigaction() itself.
 * Fork     inherited.
 */
#ifndef DIAG_PRELOAD_SIGNALS_WRAP_H
#define DIAG_PRELOAD_SIGNALS_WRAP_H

#include <signal.h>
#include <stdbool.h>

#include "common/base/attrs.h"

/* The real disposition; 0 or -1 as sigaction(). */
int signals_get(int sig, struct sigaction *out);
SIGNAL_SAFE int signals_set(int sig, const struct sigaction *act);
/* From now on our handler is there whenever the host leaves the default. */
void signals_manage(int sig);
/* Puts the host's own disposition back, for good. */
void signals_let_be(int sig);

/* In signals.c: puts our handler in place; knows it again. */
void signals_fill(int sig);
bool signals_is_ours(const struct sigaction *act);

#endif
