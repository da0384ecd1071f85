/*
 * opener - reads the symbols of a file without the host seeing a descriptor.
 *
 * open() takes the lowest free number; another thread of the host that opens
 * something in that moment would get a number it would not have got.  So the
 * file is opened by a helper process that shares our memory but not our
 * descriptors, and that lives only while this thread waits for it.  Before
 * main there is nobody to see it, and the file is opened here.
 *
 * Memory   a stack for the helper, unmapped afterwards; what symbol_open maps.
 * Threads  any; the caller waits a few milliseconds for a large file.
 * Fork     nothing to do.
 */
#ifndef DIAG_TRACE_OPENER_H
#define DIAG_TRACE_OPENER_H

#include <stdbool.h>

#include "common/base/attrs.h"
#include "common/symbol/symbol.h"

/* The symbols of the file at @path, or NULL.  @alone: no other thread of the
 * host runs yet. */
IN_HOOK struct symbol_file *opener_symbols(const char *path, bool alone);

/* The host is about to forbid system calls: nothing is opened any more. */
SIGNAL_SAFE void opener_close_for_good(void);

#endif
