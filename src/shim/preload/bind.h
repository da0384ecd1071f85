/*
 * bind - libc's functions, and nobody else's.
 *
 * A host can have functions of its own with libc's names: it must not see that
 * we call them, and they need not do what libc's do, or not yet (a sanitizer's
 * before it has begun).  So what we call is looked up in libc.so.6 itself, the
 * first time that any of it is called.
 *
 * Memory   static.
 * Threads  any; two that come first write the same.
 * Fork     nothing to do.
 */
#ifndef DIAG_PRELOAD_BIND_H
#define DIAG_PRELOAD_BIND_H

#include "common/base/attrs.h"

/* Fills the slots of bind_stubs.S.  Calls nothing that they are for. */
IN_HOOK void bind_all(void);

#endif
