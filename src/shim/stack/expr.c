/*
 * expr - a stack machine that gives up rather than guess.
 */
#include "shim/stack/expr.h"

#include <stddef.h>

#include "shim/stack/cfi.h"
#include "shim/stack/reader.h"

enum { STACK_MAX = 16, STEPS_MAX = 256 };

enum {
	OP_ADDR = 0x03, OP_DEREF = 0x06, OP_CONST1U = 0x08, OP_CONST1S,
	OP_CONST2U, OP_CONST2S, OP_CONST4U, OP_CONST4S, OP_CONST8U, OP_CONST8S,
	OP_CONSTU, OP_CONSTS, OP_DUP, OP_DROP, OP_OVER, OP_PICK, OP_SWAP,
	OP_ROT, OP_ABS = 0x19, OP_AND, OP_DIV, OP_MINUS, OP_MOD, OP_MUL,
	OP_NEG, OP_NOT, OP_OR, OP_PLUS, OP_PLUS_UCONST, OP_SHL, OP_SHR,
	OP_SHRA, OP_XOR, OP_BRA, OP_EQ, OP_GE, OP_GT, OP_LE, OP_LT, OP_NE,
	OP_SKIP, OP_LIT0, OP_REG0 = 0x50, OP_BREG0 = 0x70, OP_BREG31 = 0x8f,
	OP_BREGX = 0x92, OP_DEREF_SIZE = 0x94, OP_NOP = 0x96,
};

struct machine {
	struct reader r;
	const uint8_t *from;
	const uint64_t *regs;
	struct window *w;
	bool bad;
	unsigned n;
	uint64_t stack[STACK_MAX];
};

static void
push(struct machine *m, uint64_t v)
{
	if (m->n == STACK_MAX)
		m->bad = true;
	else
		m->stack[m->n++] = v;
}

static uint64_t
pop(struct machine *m)
{
	if (m->n == 0) {
		m->bad = true;
		return 0;
	}
	return m->stack[--m->n];
}

static void
pick(struct machine *m, unsigned depth)
{
	if (depth >= m->n)
		m->bad = true;
	else
		push(m, m->stack[m->n - 1 - depth]);
}

static void
push_register(struct machine *m, uint64_t reg, int64_t offset)
{
	if (reg >= CFI_REGS)
		m->bad = true;
	else
		push(m, m->regs[reg] + (uint64_t)offset);
}

static void
deref(struct machine *m, unsigned size)
{
	uint64_t word = 0;

	if (size == 0 || size > 8 || !bounds_read(m->w, pop(m), &word))
		m->bad = true;
	else if (size < 8)
		word &= ((uint64_t)1 << size * 8) - 1;
	push(m, word);
}

/* Constants: op codes come in pairs of unsigned and signed. */
static void
constant(struct machine *m, uint8_t op)
{
	unsigned size = 1u << (op - OP_CONST1U) / 2;
	uint64_t v;

	if (op == OP_CONSTU) {
		push(m, reader_uleb(&m->r));
		return;
	}
	if (op == OP_CONSTS) {
		push(m, (uint64_t)reader_sleb(&m->r));
		return;
	}
	v = reader_bytes(&m->r, size);
	if ((op & 1) != 0 && size < 8 && (v >> (size * 8 - 1)) != 0)
		v |= ~(uint64_t)0 << size * 8;
	push(m, v);
}

/* a OP b, where b was on top. */
static uint64_t
arithmetic(struct machine *m, uint8_t op, uint64_t a, uint64_t b)
{
	switch (op) {
	case OP_AND:
		return a & b;
	case OP_OR:
		return a | b;
	case OP_XOR:
		return a ^ b;
	case OP_PLUS:
		return a + b;
	case OP_MINUS:
		return a - b;
	case OP_MUL:
		return a * b;
	case OP_SHL:
		return b < 64 ? a << b : 0;
	case OP_SHR:
		return b < 64 ? a >> b : 0;
	case OP_SHRA:
		return (uint64_t)((int64_t)a >> (b < 64 ? b : 63));
	case OP_MOD:
		m->bad |= b == 0;
		return b == 0 ? 0 : a % b;
	case OP_DIV:
		m->bad |= b == 0 || b == UINT64_MAX;
		return m->bad ? 0 : (uint64_t)((int64_t)a / (int64_t)b);
	default:
		m->bad = true;
		return 0;
	}
}

static bool
compare(uint8_t op, int64_t a, int64_t b)
{
	switch (op) {
	case OP_EQ:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_GE:
		return a >= b;
	case OP_GT:
		return a > b;
	case OP_LE:
		return a <= b;
	default:
		return a < b;
	}
}

static void
jump(struct machine *m, bool taken)
{
	int64_t by = (int16_t)reader_bytes(&m->r, 2);
	const uint8_t *end = m->r.end;

	if (!taken || m->r.bad)
		return;
	if (by < m->from - m->r.at || by > end - m->r.at)
		m->bad = true;
	else
		m->r.at += by;
}

/* Operations that shuffle the stack, or work on its top alone. */
static void
shuffle(struct machine *m, uint8_t op)
{
	uint64_t a, b, c;

	switch (op) {
	case OP_DUP:
		pick(m, 0);
		break;
	case OP_OVER:
		pick(m, 1);
		break;
	case OP_PICK:
		pick(m, reader_u8(&m->r));
		break;
	case OP_DROP:
		(void)pop(m);
		break;
	case OP_SWAP:
		b = pop(m);
		a = pop(m);
		push(m, b);
		push(m, a);
		break;
	case OP_ROT:
		c = pop(m);
		b = pop(m);
		a = pop(m);
		push(m, c);
		push(m, a);
		push(m, b);
		break;
	default:
		m->bad = true;
	}
}

static void
run_unary(struct machine *m, uint8_t op)
{
	uint64_t a = pop(m);

	if (op == OP_NEG)
		push(m, -a);
	else if (op == OP_NOT)
		push(m, ~a);
	else if (op == OP_PLUS_UCONST)
		push(m, a + reader_uleb(&m->r));
	else
		push(m, (int64_t)a < 0 ? -a : a);
}

static void
run_binary(struct machine *m, uint8_t op)
{
	uint64_t b = pop(m), a = pop(m);

	if (op >= OP_EQ && op <= OP_NE)
		push(m, compare(op, (int64_t)a, (int64_t)b));
	else
		push(m, arithmetic(m, op, a, b));
}

static void
run_one(struct machine *m)
{
	uint8_t op = reader_u8(&m->r);

	if (op >= OP_LIT0 && op < OP_REG0)
		push(m, op - OP_LIT0);
	else if (op >= OP_BREG0 && op <= OP_BREG31)
		push_register(m, op - OP_BREG0, reader_sleb(&m->r));
	else if (op == OP_BREGX) {
		uint64_t reg = reader_uleb(&m->r);

		push_register(m, reg, reader_sleb(&m->r));
	} else if (op == OP_ADDR)
		push(m, reader_bytes(&m->r, 8));
	else if (op == OP_DEREF)
		deref(m, 8);
	else if (op == OP_DEREF_SIZE)
		deref(m, reader_u8(&m->r));
	else if (op >= OP_CONST1U && op <= OP_CONSTS)
		constant(m, op);
	else if (op >= OP_DUP && op <= OP_ROT)
		shuffle(m, op);
	else if (op == OP_SKIP)
		jump(m, true);
	else if (op == OP_BRA)
		jump(m, pop(m) != 0);
	else if (op == OP_ABS || op == OP_NEG || op == OP_NOT ||
	    op == OP_PLUS_UCONST)
		run_unary(m, op);
	else if (op > OP_ABS && op <= OP_NE)
		run_binary(m, op);
	else if (op != OP_NOP)
		m->bad = true;
}

bool
expr_value(const uint8_t *from, const uint8_t *to, const uint64_t *regs,
    const uint64_t *cfa, struct window *w, uint64_t *value)
{
	struct machine m = {
		.r = { .at = from, .end = to }, .from = from, .regs = regs,
		.w = w,
	};
	unsigned steps = 0;

	if (cfa != NULL)
		push(&m, *cfa);
	while (m.r.at < m.r.end && !m.bad && !m.r.bad)
		if (++steps > STEPS_MAX)
			return false;
		else
			run_one(&m);
	*value = pop(&m);
	return !m.bad && !m.r.bad;
}
