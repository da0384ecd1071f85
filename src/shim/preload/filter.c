/*
 * filter - runs a seccomp filter the way the kernel does.
 *
 * The language is classic BPF as far as the kernel admits it for seccomp: it
 * has no backward jumps, so a run ends.  What is not known is not allowed.
 */
#include "shim/preload/filter.h"

#include <stdint.h>
#include <string.h>

struct machine {
	uint32_t a, x, mem[BPF_MEMWORDS];
	const struct seccomp_data *call;
};

static uint32_t
load(const struct machine *m, const struct sock_filter *f)
{
	uint32_t word = 0;

	switch (BPF_MODE(f->code)) {
	case BPF_IMM:
		return f->k;
	case BPF_LEN:
		return sizeof(*m->call);
	case BPF_MEM:
		return m->mem[f->k % BPF_MEMWORDS];
	default:
		if (f->k <= sizeof(*m->call) - sizeof(word))
			memcpy(&word, (const char *)m->call + f->k,
			    sizeof(word));
		return word;
	}
}

static uint32_t
compute(uint32_t a, uint16_t code, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD: return a + b;
	case BPF_SUB: return a - b;
	case BPF_MUL: return a * b;
	case BPF_DIV: return b == 0 ? 0 : a / b;
	case BPF_OR: return a | b;
	case BPF_AND: return a & b;
	case BPF_XOR: return a ^ b;
	case BPF_LSH: return b < 32 ? a << b : 0;
	case BPF_RSH: return b < 32 ? a >> b : 0;
	default: return -a;
	}
}

/* How many instructions are skipped. */
static uint32_t
jump(const struct machine *m, const struct sock_filter *f)
{
	uint32_t b = BPF_SRC(f->code) == BPF_X ? m->x : f->k;
	bool yes;

	switch (BPF_OP(f->code)) {
	case BPF_JA: return f->k;
	case BPF_JEQ: yes = m->a == b; break;
	case BPF_JGT: yes = m->a > b; break;
	case BPF_JGE: yes = m->a >= b; break;
	default: yes = (m->a & b) != 0; break;
	}
	return yes ? f->jt : f->jf;
}

/* Everything but jumps and returns. */
static void
step(struct machine *m, const struct sock_filter *f)
{
	switch (BPF_CLASS(f->code)) {
	case BPF_LD:
		m->a = load(m, f);
		break;
	case BPF_LDX:
		m->x = load(m, f);
		break;
	case BPF_ST:
		m->mem[f->k % BPF_MEMWORDS] = m->a;
		break;
	case BPF_STX:
		m->mem[f->k % BPF_MEMWORDS] = m->x;
		break;
	case BPF_ALU:
		m->a = compute(m->a, f->code,
		    BPF_SRC(f->code) == BPF_X ? m->x : f->k);
		break;
	default:
		if (BPF_MISCOP(f->code) == BPF_TAX)
			m->x = m->a;
		else
			m->a = m->x;
		break;
	}
}

bool
filter_allows(const struct sock_fprog *program, const struct seccomp_data *call)
{
	struct machine m = { .call = call };
	uint32_t verdict;

	for (uint32_t at = 0; at < program->len; at++) {
		const struct sock_filter *f = &program->filter[at];

		if (BPF_CLASS(f->code) == BPF_JMP) {
			at += jump(&m, f);
			continue;
		}
		if (BPF_CLASS(f->code) != BPF_RET) {
			step(&m, f);
			continue;
		}
		verdict = BPF_RVAL(f->code) == BPF_A ? m.a : f->k;
		verdict &= SECCOMP_RET_ACTION_FULL;
		return verdict == SECCOMP_RET_ALLOW ||
		    verdict == SECCOMP_RET_LOG;
	}
	return false;
}
