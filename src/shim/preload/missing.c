/*
 * missing - weak definitions of what other folders do not have yet.
 *
 * Each goes away with the file that brings the real one.
 */
#include <errno.h>

#include "shim/trace/memstats.h"
#include "shim/trace/schedtrace.h"

#define WEAK __attribute__((weak))

WEAK int memstats_start(const struct options *o) { return -ENOSYS; }
WEAK void memstats_dump(void) {}
WEAK void memstats_final(void) {}
WEAK int schedtrace_start(const struct options *o) { return -ENOSYS; }
WEAK void schedtrace_now(void) {}
WEAK void schedtrace_after_fork_child(void) {}
