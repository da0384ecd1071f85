/*
 * signame - signals by name and by number, without libc's tables.
 *
 * Memory   static strings.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_OPTIONS_SIGNAME_H
#define DIAG_OPTIONS_SIGNAME_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attrs.h"
#include "common/options/nearest.h"

/* The number of USR1, SIGUSR1, usr1, RTMIN+2, RTMAX-1 or 10; 0 when there is
 * no such signal. */
int signame_number(const char *name, size_t len);

/* "USR1" for SIGUSR1; NULL for a number without a name of its own (the
 * real-time signals). */
SIGNAL_SAFE const char *signame_of(int number);

/* False for signals that cannot be caught and for those that report a fault of
 * the program. */
bool signame_can_be_asked_for(int number);

/* Offers all names. */
void signame_offer(struct nearest *n);

#endif
