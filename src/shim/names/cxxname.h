/*
 * cxxname - the plain ones of C++'s names, without memory or tables.
 *
 * Memory   the caller's.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_NAMES_CXXNAME_H
#define DIAG_NAMES_CXXNAME_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"

/* "pool::worker" of "_ZN4pool6workerEi": the names alone, those of unnamed
 * namespaces left out; the last of them alone when all would have @room bytes
 * or more.  False, and nothing is written, for what is not this simple. */
DETACHED bool cxxname_write(struct buf *b, const char *mangled, size_t room);
/* "Server::start()::lambda2" of a name or type of which the second lambda in
 * Server::start() is a part; "start()::lambda2" when all would have @room bytes
 * or more.  False, and nothing is written, when it is not this simple. */
DETACHED bool cxxname_write_lambda(struct buf *b, const char *mangled,
    size_t room);

#endif
