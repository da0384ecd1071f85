/*
 * expr - DWARF expressions in unwind tables, evaluated within limits.
 *
 * Memory   a small stack of its own.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_EXPR_H
#define DIAG_STACK_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/stack/bounds.h"

/* Evaluates [@from, @to) with the registers @regs (CFI_REGS of them), starting
 * with @cfa on the stack when @cfa is not NULL; memory is read through @w.
 * False when it makes no sense or reads what it must not. */
IN_HOOK bool expr_value(const uint8_t *from, const uint8_t *to,
    const uint64_t *regs, const uint64_t *cfa, struct window *w,
    uint64_t *value);

#endif
