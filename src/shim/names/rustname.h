/*
 * rustname - the path of one of Rust's names, without memory or tables.
 *
 * Both manglings are read: the one that has been rustc's own (RFC 2603, "_R"),
 * and the one before, which looks like C++'s and has a hash at its end.
 *
 * Memory   the caller's.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_NAMES_RUSTNAME_H
#define DIAG_NAMES_RUSTNAME_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"

/* "std::thread::Thread::park" of "_RNvMs_NtCs1_3std6threadNtB4_6Thread4park":
 * of an implementation its type, of a closure "closure0", no type arguments;
 * as many of the last names as have less than @room bytes, one at least.
 * False, and nothing is written, for what is none of Rust's names. */
DETACHED bool rustname_write(struct buf *b, const char *mangled, size_t room);
/* A function of Rust's own library: it runs or waits for whoever calls it. */
DETACHED bool rustname_is_library(const char *mangled);

#endif
