/*
 * boot - the constructor: reads DIAG, starts what it asks for.
 *
 * Memory   one static struct of options.
 * Threads  the constructor runs on the first thread.
 * Fork     the child keeps the options.
 */
#ifndef DIAG_PRELOAD_BOOT_H
#define DIAG_PRELOAD_BOOT_H

#include <stdbool.h>

#include "common/base/attrs.h"
#include "common/options/options.h"

/* What DIAG said; all defaults when it said nothing. */
const struct options *boot_options(void);
/* True when anything is armed: a last report can be due. */
SIGNAL_SAFE bool boot_is_armed(void);

#endif
