/*
 * cfi - from a place in the code to the row of unwind rules that holds there.
 *
 * Reads .eh_frame_hdr and .eh_frame of a module that is mapped, finds the
 * entry that covers an address, and runs its call frame program up to it.
 * What it reads was written by a compiler or by hand and may be wrong: every
 * read is inside the image's bounds, every loop ends.
 *
 * Memory   the caller's.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_CFI_H
#define DIAG_STACK_CFI_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* DWARF's numbers of the registers that we name. */
enum {
	CFI_RAX, CFI_RDX, CFI_RCX, CFI_RBX, CFI_RSI, CFI_RDI, CFI_RBP, CFI_RSP,
	CFI_R8, CFI_R9, CFI_R10, CFI_R11, CFI_R12, CFI_R13, CFI_R14, CFI_R15,
	CFI_RA, CFI_REGS
};

/* How the caller's value of a register is found; @val is what it needs. */
enum cfi_how {
	CFI_SAME,	/* nobody changed it */
	CFI_UNDEFINED,	/* it is lost; for the return address: the root */
	CFI_OFFSET,	/* in memory at CFA + val */
	CFI_VAL_OFFSET,	/* it is CFA + val */
	CFI_REGISTER,	/* in register val; the CFA: that register + offset */
	CFI_EXPR,	/* in memory, where the expression says */
	CFI_VAL_EXPR,	/* the expression's value */
};

struct cfi_row {
	uint8_t how[CFI_REGS];
	uint8_t cfa_how;	/* CFI_REGISTER or CFI_VAL_EXPR */
	uint8_t cfa_reg;
	bool signal;		/* the frame a signal handler returns to */
	int32_t cfa_val;	/* offset, or place of the expression */
	int32_t val[CFI_REGS];	/* places count from the image's hdr */
};

/* Where a module's unwind tables are: @hdr is its .eh_frame_hdr, and all of
 * [@low, @high) can be read. */
struct cfi_image {
	const uint8_t *hdr;
	const uint8_t *low, *high;
};

/* Fills @row with the rules that hold at the instruction which contains @at.
 * Returns 0, -ENOENT when no entry covers it, -EINVAL when the tables make no
 * sense. */
IN_HOOK int cfi_find(const struct cfi_image *image, uintptr_t at,
    struct cfi_row *row);

/* The first address of the function, or of the part of one, that contains @at;
 * errors as above. */
IN_HOOK int cfi_function(const struct cfi_image *image, uintptr_t at,
    uintptr_t *start);

/* The bytes of the expression at @place (a val of a row); false when they are
 * not inside the image. */
IN_HOOK bool cfi_expression(const struct cfi_image *image, int32_t place,
    const uint8_t **from, const uint8_t **to);

#endif
