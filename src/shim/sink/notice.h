/*
 * notice - one sentence to the person who reads.
 *
 * Memory   static: the causes that were named already.
 * Threads  any.
 * Fork     the child does not repeat what its parent said.
 */
#ifndef DIAG_SINK_NOTICE_H
#define DIAG_SINK_NOTICE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attrs.h"

/* sink_put() that works when only notices are wanted; sink.c. */
IN_HOOK bool sink_put_anyway(const char *record, size_t len);

#endif
