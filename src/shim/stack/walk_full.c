/*
 * walk_full - steps with all registers: signal frames, hand-made rules, code
 * without tables.
 *
 * A walk follows three registers.  When a frame needs another one, its value is
 * found by walking again from the start with all of them.
 */
#include "shim/stack/expr.h"
#include "shim/stack/modules.h"
#include "shim/stack/rules.h"
#include "shim/stack/walk.h"

/* Where the kernel's struct ucontext keeps registers, for a trampoline that has
 * no table of its own; in the order of DWARF's numbers. */
static const uint16_t context_offset[CFI_REGS] = {
	144, 136, 152, 128, 112, 104, 120, 160, 40, 48, 56, 64, 72, 80, 88, 96,
	168
};

/* The value of register @reg in the caller. */
static bool
caller_value(const struct cfi_image *image, const struct cfi_row *row,
    unsigned reg, uint64_t cfa, struct walk_full *f, struct window *w,
    uint64_t *value)
{
	const uint8_t *from, *to;
	int32_t val = row->val[reg];

	switch (row->how[reg]) {
	case CFI_SAME:
		*value = reg == CFI_RSP ? cfa : f->r[reg];
		return reg != CFI_RA;
	case CFI_UNDEFINED:
		*value = 0;
		return true;
	case CFI_OFFSET:
		return bounds_read(w, cfa + (uint64_t)(int64_t)val, value);
	case CFI_VAL_OFFSET:
		*value = cfa + (uint64_t)(int64_t)val;
		return true;
	case CFI_REGISTER:
		*value = f->r[(unsigned)val < CFI_REGS ? val : 0];
		return (unsigned)val < CFI_REGS;
	default:
		return cfi_expression(image, val, &from, &to) &&
		    expr_value(from, to, f->r, &cfa, w, value) &&
		    (row->how[reg] == CFI_VAL_EXPR ||
		    bounds_read(w, *value, value));
	}
}

static bool
caller_cfa(const struct cfi_image *image, const struct cfi_row *row,
    struct walk_full *f, struct window *w, uint64_t *cfa)
{
	const uint8_t *from, *to;

	if (row->cfa_how == CFI_REGISTER) {
		*cfa = f->r[row->cfa_reg] + (uint64_t)(int64_t)row->cfa_val;
		return true;
	}
	return row->cfa_how == CFI_VAL_EXPR &&
	    cfi_expression(image, row->cfa_val, &from, &to) &&
	    expr_value(from, to, f->r, NULL, w, cfa);
}

/* Puts the caller's registers into @f. */
static enum walk_end
step_by_row(struct walk_full *f, struct window *w,
    const struct cfi_image *image, const struct cfi_row *row)
{
	struct walk_full next = { .interrupted = row->signal,
	    .aside = row->signal };
	uint64_t cfa;

	if (row->how[CFI_RA] == CFI_UNDEFINED)
		return WALK_ROOT;
	if (!caller_cfa(image, row, f, w, &cfa))
		return WALK_CUT;
	for (unsigned reg = 0; reg < CFI_REGS; reg++)
		if (!caller_value(image, row, reg, cfa, f, w, &next.r[reg]))
			return WALK_CUT;
	next.key = next.r[CFI_RA] + row->signal;
	if (!row->signal && next.r[CFI_RSP] <= f->r[CFI_RSP])
		return WALK_CUT;
	*f = next;
	return next.r[CFI_RA] == 0 && !row->signal ? WALK_ROOT : WALK_ON;
}

static enum walk_end
step_over_signal(struct walk_full *f, struct window *w)
{
	uint64_t context = f->r[CFI_RSP];
	struct walk_full next = { .interrupted = true, .aside = true };

	for (unsigned reg = 0; reg < CFI_REGS; reg++)
		if (!bounds_read(w, context + context_offset[reg],
		    &next.r[reg]))
			return WALK_CUT;
	next.key = next.r[CFI_RA] + 1;
	*f = next;
	return WALK_ON;
}

/* A call to nowhere: all that happened on the stack is the call itself. */
static enum walk_end
step_from_nowhere(struct walk_full *f, struct window *w)
{
	uint64_t to;

	if (!bounds_read(w, f->r[CFI_RSP], &to) || !rules_is_after_call(to))
		return WALK_CUT;
	f->r[CFI_RSP] += 8;
	f->r[CFI_RA] = f->key = to;
	f->interrupted = false;
	return WALK_ON;
}

/* Code without tables: its frame pointer, if it looks like one. */
static enum walk_end
step_by_frame_pointer(struct walk_full *f, struct window *w)
{
	uint64_t fp = f->r[CFI_RBP], to, outer;

	if (bounds_is_first(f->r[CFI_RSP]))
		return WALK_ROOT;
	if (fp < f->r[CFI_RSP] || fp % 8 != 0 || fp + 16 < fp ||
	    !bounds_read(w, fp, &outer) || !bounds_read(w, fp + 8, &to) ||
	    !rules_is_after_call(to))
		return WALK_CUT;
	f->r[CFI_RBP] = outer;
	f->r[CFI_RSP] = fp + 16;
	f->r[CFI_RA] = f->key = to;
	f->interrupted = false;
	return WALK_ON;
}

enum walk_end
walk_full_step(struct walk_full *f, struct stack_cache *c, struct window *w)
{
	const struct module *m = modules_find(f->key - 1);
	enum walk_end end;
	struct cfi_row row;

	f->aside = false;
	if (m != NULL && m->image.hdr != NULL &&
	    cfi_find(&m->image, f->key - 1, &row) == 0)
		end = step_by_row(f, w, &m->image, &row);
	else if (!f->interrupted && m != NULL &&
	    RULE_CODE(rules_look_up(f->key)) == CODE_TRAMPOLINE)
		end = step_over_signal(f, w);
	else if (f->interrupted && m == NULL && !bounds_can_read(f->key - 1))
		end = step_from_nowhere(f, w);
	else
		end = step_by_frame_pointer(f, w);
	if (end != WALK_ON)
		return end;
	if (!f->aside && f->r[CFI_RSP] > w->high &&
	    !bounds_reach(w, f->r[CFI_RSP]))
		return WALK_CUT;
	if (f->aside && !walk_enter(w, c, f->r[CFI_RSP]))
		return WALK_CUT;
	return WALK_ON;
}

static void
load_start(struct walk_full *f, const struct stack_regs *s)
{
	*f = (struct walk_full){ .key = s->pc + 1,
	    .interrupted = s->interrupted };
	if (!s->interrupted)
		f->key = s->pc;
	f->r[CFI_RA] = s->pc;
	f->r[CFI_RSP] = s->sp;
	f->r[CFI_RBP] = s->fp;
	f->r[CFI_RBX] = s->rbx;
	f->r[CFI_R12] = s->r12;
	f->r[CFI_R13] = s->r13;
	f->r[CFI_R14] = s->r14;
	f->r[CFI_R15] = s->r15;
}

/* True where they are those of a frame that called. */
static bool
store_regs(const struct walk_full *f, struct stack_regs *to)
{
	if (f->interrupted || f->aside || f->key != f->r[CFI_RA])
		return false;
	*to = (struct stack_regs){
	    .pc = f->r[CFI_RA],
	    .sp = f->r[CFI_RSP],
	    .fp = f->r[CFI_RBP],
	    .rbx = f->r[CFI_RBX],
	    .r12 = f->r[CFI_R12],
	    .r13 = f->r[CFI_R13],
	    .r14 = f->r[CFI_R14],
	    .r15 = f->r[CFI_R15],
	};
	return true;
}

/* The next walk with all registers goes on from here: many frames without a
 * simple rule would take the square of their number otherwise. */
static void
keep_place(struct walk *w, const struct walk_full *f)
{
	if (store_regs(f, &w->resume))
		w->start = &w->resume;
}

enum walk_end
walk_full_from_start(struct walk *w)
{
	struct walk_full f;
	struct window window;
	enum walk_end end = WALK_ON;
	unsigned steps = 0;

	load_start(&f, w->start);
	if (!walk_enter(&window, w->c, f.r[CFI_RSP]))
		return WALK_CUT;
	while (f.key != w->at.key || f.r[CFI_RSP] != w->at.sp) {
		if (end != WALK_ON || ++steps > 2 * STACK_DEPTH_MAX)
			return WALK_CUT;
		end = walk_full_step(&f, w->c, &window);
	}
	end = walk_full_step(&f, w->c, &window);
	w->at.key = f.key;
	w->at.sp = f.r[CFI_RSP];
	w->at.fp = f.r[CFI_RBP];
	w->window = window;
	w->interrupted = f.interrupted ? f.key : 0;
	if (end == WALK_ON)
		keep_place(w, &f);
	return end;
}

static bool
is_in(const struct walk_full *f, uintptr_t start, uintptr_t size)
{
	return f->key - 1 - start < size;
}

bool
walk_leave(struct stack_cache *c, struct stack_regs *regs, uintptr_t within)
{
	const struct module *m = modules_find(within);
	struct walk_full f;
	struct window w;
	unsigned steps = 0;

	load_start(&f, regs);
	if (m == NULL || !walk_enter(&w, c, f.r[CFI_RSP]))
		return false;
	do {
		if (++steps > STACK_DEPTH_MAX ||
		    walk_full_step(&f, c, &w) != WALK_ON ||
		    !store_regs(&f, regs))
			return false;
	} while (is_in(&f, walk_own_start, walk_own_size) ||
	    is_in(&f, m->start, m->end - m->start));
	return true;
}
