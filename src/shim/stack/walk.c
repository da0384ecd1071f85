/*
 * walk - the steps that need three registers, and the reuse of the previous
 * walk.
 *
 * The kept walk lies outermost first, so that what is reused stays where it is
 * and the fresh frames are put on top of it.
 */
#include "shim/stack/walk.h"

#include "shim/stack/rules.h"
#include "shim/stack/stackset.h"

/* A frame's step: the kind, and where rbp was saved below the CFA. */
#define STEP_OF(word) ((uint32_t)RULE_KIND(word) | (uint32_t)RULE_FP(word) << 8)
#define STEP_KIND(step) ((enum rule_kind)((step) & 7))
#define STEP_FP(step) ((uintptr_t)((step) >> 8))

/* What is below the stack pointer and still a function's own. */
enum { RED_ZONE = 128 };

/* Another function's frame: no sanitizer should mind that we look. */
__attribute__((no_sanitize("address", "undefined"))) static inline uint64_t
word_at(uintptr_t at)
{
	return *(const volatile uint64_t *)at;
}

bool
walk_enter(struct window *w, struct stack_cache *c, uintptr_t sp)
{
	*w = (struct window){ .low = c->low, .high = c->high };
	if (sp >= c->low && sp < c->high)
		return true;
	if (sp < c->low && !c->whole_range && c->high != 0 &&
	    bounds_deepen(sp, &c->low)) {
		w->low = c->low;
		return true;
	}
	return bounds_foreign(w, sp);
}

/* True when the step of kept frame @k would lead to frame @k - 1 again.  The
 * place and the stack pointer of @k are the walk's; its rbp may be another, as
 * long as nothing depends on it. */
static inline bool
leads_on(struct frame *kept, unsigned k, uintptr_t fp, bool same_fp)
{
	struct frame *f = &kept[k], *outer = &kept[k - 1];
	enum rule_kind kind = STEP_KIND(f->step);
	uintptr_t cfa = outer->sp;

	if (kind < RULE_RSP || (kind != RULE_RSP && !same_fp))
		return false;
	if (kind == RULE_DRAP && word_at(fp - STEP_FP(f->step)) != cfa)
		return false;
	return word_at(cfa - 8) == (outer->where & RULES_KEY_MASK);
}

/* The caller's rbp, by the step of @f to @cfa. */
static inline uintptr_t
outer_fp(const struct frame *f, uintptr_t cfa, uintptr_t fp)
{
	if (STEP_KIND(f->step) == RULE_DRAP)
		return word_at(fp);
	return STEP_FP(f->step) == 0 ? fp : word_at(cfa - STEP_FP(f->step));
}

static void
take_kept(struct walk *w, unsigned from, unsigned to)
{
	struct stack_cache *c = w->c;

	for (unsigned k = from; k > to; k--)
		if (w->count < w->depth)
			c->fresh[w->count++] = c->kept[k];
	w->key = c->kept[to].where & RULES_KEY_MASK;
	w->sp = c->kept[to].sp;
	w->fp = c->kept[to].fp;
	w->top = to - 1;
}

/* The walk is at kept frame @k.  True when everything outward of it is as it
 * was; else the walk goes on behind what is. */
static bool
reuse(struct walk *w, unsigned k)
{
	struct frame *kept = w->c->kept;
	uintptr_t fp = w->fp;
	unsigned met = k;

	for (;;) {
		bool same_fp = kept[k].fp == fp;

		kept[k].fp = fp;
		if (k == 1 && STEP_KIND(kept[k].step) == RULE_ROOT)
			return true;
		if (k == 1 || !leads_on(kept, k, fp, same_fp))
			break;
		fp = outer_fp(&kept[k], kept[k - 1].sp, fp);
		k--;
	}
	take_kept(w, met, k);
	return false;
}

/* Is there a kept frame that the walk has come to? */
static inline bool
meets(struct walk *w)
{
	const struct frame *kept = w->c->kept;

	while (kept[w->top].sp < w->sp)
		w->top--;
	return kept[w->top].sp == w->sp &&
	    (kept[w->top].where & RULES_KEY_MASK) == w->key;
}

/* The CFA of a frame that realigned its stack. */
static bool
drap_cfa(const struct walk *w, uint64_t rule, uintptr_t *cfa)
{
	uintptr_t at = w->fp - RULE_FP(rule);

	if (at > w->fp || at + RED_ZONE < w->sp || w->fp > w->window.high - 8)
		return false;
	*cfa = word_at(at);
	return true;
}

/* The caller of a frame whose rule is simple. */
static inline enum walk_end
step(struct walk *w, uint64_t rule)
{
	enum rule_kind kind = RULE_KIND(rule);
	uintptr_t cfa = (kind == RULE_RSP ? w->sp : w->fp) + RULE_OFFSET(rule);
	uintptr_t fp_at;

	if (unlikely(kind == RULE_DRAP) && !drap_cfa(w, rule, &cfa))
		return WALK_CUT;
	if (unlikely(cfa < w->sp + 8 || cfa > w->window.high) &&
	    (cfa < w->sp + 8 || !bounds_reach(&w->window, cfa)))
		return WALK_CUT;
	w->key = word_at(cfa - 8);
	if (RULE_FP(rule) != 0) {
		fp_at = kind == RULE_DRAP ? w->fp : cfa - RULE_FP(rule);
		if (unlikely(fp_at + RED_ZONE < w->sp))
			return WALK_CUT;
		w->fp = word_at(fp_at);
	}
	w->sp = cfa;
	return w->key == 0 ? WALK_ROOT : WALK_ON;
}

static inline enum walk_end
step_any(struct walk *w, uint64_t rule)
{
	if (likely(RULE_KIND(rule) >= RULE_RSP))
		return step(w, rule);
	if (RULE_KIND(rule) == RULE_ROOT)
		return WALK_ROOT;
	return walk_full_from_start(w);
}

/* Our own frames are none of the host's. */
static enum walk_end
skip_own(struct walk *w, unsigned own, bool first)
{
	enum walk_end end = WALK_ON;

	for (; end == WALK_ON && (w->key >> 47) == 0; first = false) {
		uint64_t rule = rules_find(w->key, w->stamp);

		if (!first && (own == 0 || RULE_MODULE(rule) != own))
			return WALK_ON;
		end = step_any(w, rule);
	}
	return WALK_CUT;
}

/* Walks outward until the root, or a kept frame from which on all is known:
 * then *@base is its index. */
static enum walk_end
walk_out(struct walk *w, unsigned *base)
{
	struct frame *fresh = w->c->fresh;
	enum walk_end end = WALK_ON;

	while (end == WALK_ON) {
		uint64_t rule;

		if (meets(w) && reuse(w, w->top)) {
			*base = w->top;
			return WALK_ROOT;
		}
		if (unlikely(w->count == w->depth || (w->key >> 47) != 0))
			return WALK_CUT;
		rule = rules_find(w->key, w->stamp);
		fresh[w->count++] = (struct frame){
		    .where = w->key | (rule >> 48 << 48),
		    .sp = w->sp,
		    .fp = w->fp,
		    .step = STEP_OF(rule),
		};
		end = step_any(w, rule);
	}
	return end;
}

/* Gives the fresh frames their numbers and keeps them on top of kept frame
 * @base. */
static uint32_t
keep(struct walk *w, unsigned base)
{
	struct frame *kept = w->c->kept;
	uint32_t number = kept[base].number;

	for (unsigned i = w->count; i-- > 0;) {
		const struct frame *f = &w->c->fresh[i];

		number = stackset_child(number, f->where);
		if (unlikely(number == 0))
			break;
		kept[++base] = *f;
		kept[base].number = number;
	}
	w->c->kept_count = number == 0 ? 0 : base;
	return number;
}

uint32_t
walk_number(struct stack_cache *c, const struct stack_regs *start,
    unsigned depth, uint32_t own, bool first)
{
	struct walk w = {
		.key = start->pc + start->interrupted, .sp = start->sp,
		.fp = start->fp, .c = c, .start = start, .depth = depth,
		.stamp = rules_stamp() << RULES_KEY_BITS,
	};
	enum walk_end end;
	unsigned base = 0;

	if (c->stamp != w.stamp)
		c->kept_count = 0;
	c->stamp = w.stamp;
	if (!walk_enter(&w.window, c, w.sp) ||
	    skip_own(&w, own, first) != WALK_ON)
		return 0;
	w.top = w.window.foreign ? 0 : c->kept_count;
	end = walk_out(&w, &base);
	if (base + w.count > depth) {
		take_kept(&w, base, 0);
		base = 0;
		end = WALK_CUT;
	}
	if (base == 0)
		c->kept[0].number = end == WALK_ROOT ? STACKSET_WHOLE :
		    STACKSET_CUT;
	return keep(&w, base);
}
