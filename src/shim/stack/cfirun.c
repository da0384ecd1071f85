/*
 * cfirun - DW_CFA_* instructions, one after the other, until the row that
 * holds at the wanted address is complete.
 */
#include "shim/stack/cfirun.h"

#include <errno.h>
#include <string.h>

#include "shim/stack/reader.h"

/* Compilers nest remember_state once or twice. */
enum { SAVED_MAX = 4 };

enum {
	OP_ADVANCE = 0x40, OP_OFFSET = 0x80, OP_RESTORE = 0xc0,
	OP_NOP = 0, OP_SET_LOC, OP_ADVANCE1, OP_ADVANCE2, OP_ADVANCE4,
	OP_OFFSET_EXT, OP_RESTORE_EXT, OP_UNDEFINED, OP_SAME, OP_REGISTER,
	OP_REMEMBER, OP_RECALL, OP_CFA, OP_CFA_REGISTER, OP_CFA_OFFSET,
	OP_CFA_EXPR, OP_EXPR, OP_OFFSET_SF, OP_CFA_SF, OP_CFA_OFFSET_SF,
	OP_VAL_OFFSET, OP_VAL_OFFSET_SF, OP_VAL_EXPR,
	OP_ARGS_SIZE = 0x2e, OP_NEGATIVE_OFFSET = 0x2f,
};

struct machine {
	const struct cfi_image *image;
	const struct cfi_cie *cie;
	struct reader r;
	struct cfi_row *row;
	const struct cfi_row *initial;
	uintptr_t loc, stop;	/* the row of @loc; done when it passes @stop */
	unsigned nsaved;
	struct cfi_row saved[SAVED_MAX];
};

/* A number that must fit a row's field. */
static int32_t
narrow(struct machine *m, int64_t v)
{
	if (v != (int32_t)v)
		m->r.bad = true;
	return (int32_t)v;
}

/* Registers that we do not follow (vectors) are read and forgotten. */
static void
set_rule(struct machine *m, uint64_t reg, enum cfi_how how, int64_t val)
{
	if (reg >= CFI_REGS)
		return;
	m->row->how[reg] = (uint8_t)how;
	m->row->val[reg] = narrow(m, val);
}

static void
set_back(struct machine *m, uint64_t reg)
{
	if (reg >= CFI_REGS)
		return;
	m->row->how[reg] = m->initial->how[reg];
	m->row->val[reg] = m->initial->val[reg];
}

static void
set_cfa(struct machine *m, uint64_t reg, int64_t offset)
{
	if (reg >= CFI_RA)
		m->r.bad = true;
	m->row->cfa_how = CFI_REGISTER;
	m->row->cfa_reg = (uint8_t)reg;
	m->row->cfa_val = narrow(m, offset);
}

/* Takes an expression; returns its place. */
static int64_t
take_block(struct machine *m)
{
	int64_t place = m->r.at - m->image->hdr;

	reader_skip(&m->r, reader_uleb(&m->r));
	return place;
}

/* Offsets that count in units of the CIE. */
static int64_t
factored(struct machine *m)
{
	return (int64_t)(reader_uleb(&m->r) * (uint64_t)m->cie->data_align);
}

static int64_t
factored_signed(struct machine *m)
{
	return (int64_t)((uint64_t)reader_sleb(&m->r) *
	    (uint64_t)m->cie->data_align);
}

static void
remember(struct machine *m)
{
	if (m->nsaved == SAVED_MAX)
		m->r.bad = true;
	else
		m->saved[m->nsaved++] = *m->row;
}

static void
recall(struct machine *m)
{
	if (m->nsaved == 0)
		m->r.bad = true;
	else
		*m->row = m->saved[--m->nsaved];
}

static bool
is_for_register(uint8_t op)
{
	if (op >= OP_OFFSET_EXT && op <= OP_REGISTER)
		return true;
	return op == OP_EXPR || op == OP_OFFSET_SF || op == OP_VAL_OFFSET ||
	    op == OP_VAL_OFFSET_SF || op == OP_VAL_EXPR ||
	    op == OP_NEGATIVE_OFFSET;
}

/* Instructions that change the rule of a register. */
static void
run_register(struct machine *m, uint8_t op)
{
	uint64_t reg = reader_uleb(&m->r);

	switch (op) {
	case OP_OFFSET_EXT:
		set_rule(m, reg, CFI_OFFSET, factored(m));
		break;
	case OP_OFFSET_SF:
		set_rule(m, reg, CFI_OFFSET, factored_signed(m));
		break;
	case OP_NEGATIVE_OFFSET:
		set_rule(m, reg, CFI_OFFSET, -factored(m));
		break;
	case OP_RESTORE_EXT:
		set_back(m, reg);
		break;
	case OP_REGISTER:
		set_rule(m, reg, CFI_REGISTER,
		    (int64_t)(reader_uleb(&m->r) & 0xff));
		break;
	case OP_VAL_OFFSET:
		set_rule(m, reg, CFI_VAL_OFFSET, factored(m));
		break;
	case OP_VAL_OFFSET_SF:
		set_rule(m, reg, CFI_VAL_OFFSET, factored_signed(m));
		break;
	case OP_EXPR:
	case OP_VAL_EXPR:
		set_rule(m, reg, op == OP_EXPR ? CFI_EXPR : CFI_VAL_EXPR,
		    take_block(m));
		break;
	default:
		set_rule(m, reg, op == OP_SAME ? CFI_SAME : CFI_UNDEFINED, 0);
	}
}

/* Instructions that change the CFA, or nothing. */
static void
run_cfa(struct machine *m, uint8_t op)
{
	uint64_t reg;

	switch (op) {
	case OP_CFA:
		reg = reader_uleb(&m->r);
		set_cfa(m, reg, (int64_t)reader_uleb(&m->r));
		break;
	case OP_CFA_SF:
		reg = reader_uleb(&m->r);
		set_cfa(m, reg, factored_signed(m));
		break;
	case OP_CFA_REGISTER:
		set_cfa(m, reader_uleb(&m->r), m->row->cfa_val);
		break;
	case OP_CFA_OFFSET:
		set_cfa(m, m->row->cfa_reg, (int64_t)reader_uleb(&m->r));
		break;
	case OP_CFA_OFFSET_SF:
		set_cfa(m, m->row->cfa_reg, factored_signed(m));
		break;
	case OP_CFA_EXPR:
		m->row->cfa_how = CFI_VAL_EXPR;
		m->row->cfa_val = narrow(m, take_block(m));
		break;
	case OP_ARGS_SIZE:
		(void)reader_uleb(&m->r);
		break;
	case OP_NOP:
		break;
	default:
		m->r.bad = true;
	}
}

/* How far the place moves on; -1 when @op is no such instruction. */
static int64_t
advance_of(struct machine *m, uint8_t op)
{
	switch (op) {
	case OP_ADVANCE1:
		return (int64_t)reader_bytes(&m->r, 1);
	case OP_ADVANCE2:
		return (int64_t)reader_bytes(&m->r, 2);
	case OP_ADVANCE4:
		return (int64_t)reader_bytes(&m->r, 4);
	default:
		return (op & 0xc0) == OP_ADVANCE ? op & 0x3f : -1;
	}
}

static void
run_one(struct machine *m)
{
	uint8_t op = reader_u8(&m->r);
	int64_t ahead = advance_of(m, op);

	if (ahead >= 0)
		m->loc += (uint64_t)ahead * m->cie->code_align;
	else if ((op & 0xc0) == OP_OFFSET)
		set_rule(m, op & 0x3f, CFI_OFFSET, factored(m));
	else if ((op & 0xc0) == OP_RESTORE)
		set_back(m, op & 0x3f);
	else if (op == OP_REMEMBER)
		remember(m);
	else if (op == OP_RECALL)
		recall(m);
	else if (is_for_register(op))
		run_register(m, op);
	else
		run_cfa(m, op);
}

static bool
run(struct machine *m, const struct cfi_span *program)
{
	m->r = (struct reader){ .at = program->from, .end = program->to };
	while (m->r.at < m->r.end && m->loc <= m->stop && !m->r.bad)
		run_one(m);
	return !m->r.bad;
}

int
cfirun_row(const struct cfi_image *image, const struct cfi_cie *cie,
    const struct cfi_fde *fde, uintptr_t at, struct cfi_row *row)
{
	struct cfi_row initial;
	struct machine m = {
		.image = image, .cie = cie, .row = &initial,
		.initial = &initial, .stop = UINTPTR_MAX,
	};

	memset(&initial, 0, sizeof(initial));
	initial.cfa_how = CFI_UNDEFINED;
	initial.signal = cie->signal;
	if (!run(&m, &cie->program))
		return -EINVAL;
	*row = initial;
	m.row = row;
	m.nsaved = 0;
	m.loc = fde->start;
	m.stop = at;
	return run(&m, &fde->program) ? 0 : -EINVAL;
}
