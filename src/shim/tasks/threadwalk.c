/*
 * threadwalk - copy, prove, walk.
 */
#include "shim/tasks/threadwalk.h"

#include <stdbool.h>

#include "shim/stack/cfi.h"
#include "shim/stack/code.h"
#include "shim/stack/modules.h"
#include "shim/stack/rules.h"
#include "shim/tasks/stackcopy.h"
#include "shim/tasks/unload.h"

/* No frame of a wrapper is larger. */
enum { WRAPPER_BYTES = 768 };

struct walker {
	uint64_t key, sp, fp;
	bool fp_known;
};

enum step {
	STEP_ON,
	STEP_ROOT,	/* nobody called this */
	STEP_OUT,	/* the copy ends here */
	STEP_BY_FP,	/* takes an rbp, which is not known */
	STEP_LOST,
};

/* One step by a rule. */
static enum step
step(struct walker *w)
{
	uint64_t rule = rules_get(rules_first(), w->key,
	    rules_stamp() << RULES_KEY_BITS);
	bool by_fp = (RULE_KIND(rule) & RULE_BY_RBP) != 0;
	uint64_t cfa, to;

	if (!RULE_IS_SIMPLE(rule))
		return RULE_KIND(rule) == RULE_ROOT ? STEP_ROOT : STEP_LOST;
	if (by_fp && !w->fp_known)
		return STEP_BY_FP;
	cfa = (by_fp ? w->fp : w->sp) + RULE_OFFSET(rule);
	if (cfa <= w->sp)
		return STEP_LOST;
	if (!stackcopy_word(cfa - 8, &to))
		return STEP_OUT;
	if ((RULE_KIND(rule) & RULE_SAVES_RBP) != 0)
		w->fp_known = stackcopy_word(cfa - RULE_FP(rule), &w->fp);
	w->sp = cfa;
	w->key = to;
	return to > 1 && to <= RULES_KEY_MASK ? STEP_ON : STEP_LOST;
}

/* Does a walk that finds @fp in rbp come to an end that is one? */
static bool
leads_out(struct walker w, uint64_t fp)
{
	enum step how = STEP_ON;

	w.fp = fp;
	w.fp_known = true;
	for (unsigned n = 0; n < THREADWALK_FRAMES && how == STEP_ON; n++)
		how = step(&w);
	return how != STEP_LOST && how != STEP_BY_FP;
}

/* What is looked for: the frame of a function that keeps a frame pointer. */
struct wanted {
	const struct walker *w;
	uintptr_t function;
	uint64_t expected;	/* where its prologue says that it is */
};

/* Are the words at @at an outer function's rbp and where it goes on?  Where
 * neither the prologue nor the call says that it is this function's frame, the
 * rbp has to be a frame, too. */
static bool
is_frame(const struct wanted *f, uint64_t at)
{
	enum code_call call;
	uint64_t outer, to;

	if (!stackcopy_word(at, &outer) || !stackcopy_word(at + 8, &to) ||
	    !modules_has_code(to - 1))
		return false;
	call = code_call(to, f->function);
	if (at == f->expected ? !rules_is_after_call(to) :
	    call == CODE_CALLS_NOT || (call == CODE_CALLS_MAYBE &&
	    (outer <= at + 8 || outer >= stackcopy_high() || outer % 8 != 0)))
		return false;
	return leads_out(*f->w, at);
}

/* What of the function's frame the saved registers take, below rbp. */
static uint64_t
saved_bytes(const struct cfi_row *row)
{
	int32_t lowest = -16;

	for (unsigned reg = 0; reg < CFI_RA; reg++)
		if (row->how[reg] == CFI_OFFSET)
			lowest = MIN(lowest, row->val[reg]);
	return (uint64_t)(-16 - lowest);
}

/* The frame is where the prologue says, or else at the first place above the
 * stack pointer that can be one.  What earlier calls left on the stack looks
 * the same, but mostly called others, or leads nowhere. */
static bool
find_frame(struct walker *w)
{
	const struct module *m = modules_find(w->key - 1);
	uint64_t at = (w->sp + 7) & ~(uint64_t)7;
	struct wanted f = { .w = w };
	struct cfi_row row;

	if (m == NULL || m->image.hdr == NULL ||
	    cfi_function(&m->image, w->key - 1, &f.function) != 0 ||
	    cfi_find(&m->image, w->key - 1, &row) != 0)
		return false;
	f.expected = w->sp + code_frame(f.function, saved_bytes(&row));
	if (is_frame(&f, f.expected))
		at = f.expected;
	while (at < stackcopy_high() && !is_frame(&f, at))
		at += 8;
	w->fp = at;
	w->fp_known = at < stackcopy_high();
	return w->fp_known;
}

/* One step, with an rbp that is looked for; false at the end, whatever it
 * is. */
static bool
step_anyhow(struct walker *w)
{
	enum step how = step(w);

	if (how == STEP_BY_FP && find_frame(w))
		how = step(w);
	return how == STEP_ON;
}

static unsigned
walk(const struct procfs_blocked *at, uint64_t pc[THREADWALK_FRAMES])
{
	struct walker w = { .key = at->pc, .sp = at->sp };
	unsigned n = 0;

	pc[n++] = w.key;
	while (n < THREADWALK_FRAMES && step_anyhow(&w))
		pc[n++] = w.key;
	return n;
}

/* The tables of rules are there once something was asked of them. */
static bool
prepare(void)
{
	return modules_init() == 0 && rules_init() == 0;
}

unsigned
threadwalk(pid_t tid, struct procfs_blocked *at,
    uint64_t pc[THREADWALK_FRAMES])
{
	struct procfs_blocked again;
	unsigned n = 0;

	if (!prepare() || !procfs_blocked(tid, at) || !unload_hold())
		return 0;
	if (stackcopy_take(at->sp, UINT64_MAX) && procfs_blocked(tid, &again) &&
	    again.nr == at->nr && again.sp == at->sp && again.pc == at->pc)
		n = walk(at, pc);
	unload_release();
	return n;
}

/* The return address of the call that waits, above the wrapper's frame. */
static bool
find_call(const struct wait_copy *wait, struct procfs_blocked *at)
{
	uint64_t frame = at->sp, word;

	for (; at->sp < frame + WRAPPER_BYTES; at->sp += 8) {
		if (stackcopy_word(at->sp, &word) && word == wait->caller) {
			at->sp += 8;
			at->pc = word;
			return true;
		}
	}
	return false;
}

unsigned
threadwalk_waits(const struct thread *t, struct procfs_blocked *at,
    uint64_t pc[THREADWALK_FRAMES])
{
	struct wait_copy wait, again;
	unsigned n = 0;

	*at = (struct procfs_blocked){ .nr = -1 };
	if (!prepare() || !wait_read(t, &wait) || wait.kind == WAIT_RUN ||
	    !unload_hold())
		return 0;
	at->sp = __atomic_load_n(&t->wait_frame, __ATOMIC_RELAXED);
	if (at->sp != 0 && stackcopy_take(at->sp, UINT64_MAX) &&
	    find_call(&wait, at) && wait_read(t, &again) &&
	    again.seq == wait.seq)
		n = walk(at, pc);
	unload_release();
	return n;
}

uintptr_t
threadwalk_function(uint64_t pc)
{
	const struct module *m = modules_find((uintptr_t)pc - 1);
	uintptr_t start = 0;

	if (m == NULL ||
	    cfi_function(&m->image, (uintptr_t)pc - 1, &start) != 0)
		return 0;
	return start;
}
