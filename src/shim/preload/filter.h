/*
 * filter - what a seccomp filter that is about to be installed will say.
 *
 * Memory   none.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_FILTER_H
#define DIAG_PRELOAD_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>

#include "common/base/attrs.h"

/* True when @program, which must be readable, lets the call pass. */
SIGNAL_SAFE bool filter_allows(const struct sock_fprog *program,
    const struct seccomp_data *call);

#endif
