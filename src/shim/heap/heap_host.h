/*
 * heap_host - does the host configure a jemalloc of its own?
 *
 * A program that is linked to libjemalloc, or that defines malloc_conf, means
 * the allocator it calls, which is ours; its settings are honoured.  Any other
 * program's MALLOC_CONF is not for us.
 *
 * Memory   none.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_HEAP_HOST_H
#define DIAG_HEAP_HOST_H

#include <stdbool.h>

#include "common/base/attrs.h"

/* True when the main program itself is linked to libjemalloc. */
IN_HOOK bool heap_host_has_jemalloc(void);
/* The variable's value, NULL when it is not set or the process runs with
 * more rights than its caller. */
IN_HOOK char *heap_host_getenv(const char *name);
/* The host's own malloc_conf, or NULL. */
IN_HOOK const char *heap_host_malloc_conf(void);

#endif
