/*
 * errname - what an errno is called, without libc's tables and locale.
 *
 * Memory   static strings.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_BASE_ERRNAME_H
#define DIAG_BASE_ERRNAME_H

#include "common/base/attrs.h"

/* "No space left on device" for ENOSPC; "error 123" is never needed: unknown
 * numbers give "unknown error".  @err is positive. */
SIGNAL_SAFE const char *err_name(int err);

#endif
