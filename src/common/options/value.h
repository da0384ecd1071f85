/*
 * value - what stands behind the equals sign.
 *
 * Memory   the caller's.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_OPTIONS_VALUE_H
#define DIAG_OPTIONS_VALUE_H

#include <stdint.h>

#include "common/options/nearest.h"
#include "common/options/options.h"
#include "common/options/table.h"

enum value_result {
	VALUE_OK,
	VALUE_MISSING,		/* there is nothing behind the equals sign */
	VALUE_BAD,		/* not a number, not a known word */
	VALUE_UNIT,		/* a number with a unit that it cannot have */
	VALUE_RANGE,		/* a number, but too small or too large */
	VALUE_LONG,		/* a path that does not fit */
	VALUE_UNCATCHABLE	/* a signal that is not for us */
};

/* Stores the @len bytes at @text in the field of @row in @opt; on any other
 * result than VALUE_OK @opt is as it was.  @near has the text on entry; its
 * name is the nearest word that would have been right, or NULL. */
enum value_result value_store(struct options *opt,
    const struct option_row *row, struct nearest *near);

#endif
