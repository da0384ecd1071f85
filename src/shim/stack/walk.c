/*
 * walk - the steps that need three registers, and where they meet the previous
 * walk.
 *
 * Before a walk begins it is seen how much of the kept walk, from the root
 * inward, is still in memory as it was; then there is one place where the new
 * walk can meet the old, and nothing to look for at each frame.
 */
#include "shim/stack/walk.h"

#include "shim/stack/kept.h"
#include "shim/stack/rules.h"
#include "shim/stack/simplestep.h"
#include "shim/stack/stackset.h"
#include "shim/stack/walkrun.h"

/* The step of code without tables, when it keeps a frame pointer: CFA = rbp +
 * 16, the caller's rbp right below the return address. */
#define STEP_BY_RBP (RULE_SIMPLE | RULE_BY_RBP | RULE_SAVES_RBP | 2 << 3)

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

/* The CFA of a frame that realigned its stack. */
static enum walk_end
step_drap(struct walk *w, uint64_t rule)
{
	uintptr_t fp = w->at.fp, slot = fp - RULE_FP(rule), cfa;

	if (slot > fp || slot + WALK_RED_ZONE < w->at.sp ||
	    !bounds_reach(&w->window, fp + 8))
		return WALK_CUT;
	cfa = word_at(slot);
	if (cfa < fp + 8 || !bounds_reach(&w->window, cfa))
		return WALK_CUT;
	w->at = (struct walk_at){
	    .key = word_at(cfa - 8), .sp = cfa, .fp = word_at(fp),
	};
	return WALK_ON;
}

/* Code without tables: its frame pointer, if it looks like one. */
static enum walk_end
step_by_rbp(struct walk *w)
{
	uintptr_t fp = w->at.fp;
	uint64_t to;

	if (bounds_is_first(w->at.sp))
		return WALK_ROOT;
	if (fp < w->at.sp || fp % 8 != 0 || fp + 16 < fp ||
	    !bounds_reach(&w->window, fp + 16))
		return WALK_CUT;
	to = word_at(fp + 8);
	if (!rules_is_after_call(to))
		return WALK_CUT;
	w->at = (struct walk_at){ .key = to, .sp = fp + 16,
	    .fp = word_at(fp) };
	return WALK_ON;
}

/* Any step: more than a few instructions. */
static COLD enum walk_end
hard_step(struct walk *w, uint64_t rule)
{
	uintptr_t cfa = RULE_OFFSET(rule);

	if (RULE_KIND(rule) == RULE_ROOT)
		return WALK_ROOT;
	if (RULE_KIND(rule) == RULE_DRAP)
		return step_drap(w, rule);
	if (RULE_GOES_BY_RBP(rule) || (rule == RULE_NONE &&
	    w->at.key != w->interrupted))
		return step_by_rbp(w);
	if (!RULE_IS_SIMPLE(rule))
		return w->start == NULL ? WALK_UNKNOWN :
		    walk_full_from_start(w);
	cfa += (RULE_KIND(rule) & RULE_BY_RBP) != 0 ? w->at.fp : w->at.sp;
	if (cfa < w->at.sp + 8 || !bounds_reach(&w->window, cfa) ||
	    !simplestep(&w->at, rule, cfa))
		return WALK_CUT;
	return WALK_ON;
}

enum walk_end
walk_skip_own(struct walk *w, unsigned own, bool first)
{
	enum walk_end end = WALK_ON;

	for (; end == WALK_ON && walk_is_place(w->at.key); first = false) {
		uint64_t rule = rules_get(w->rules, w->at.key, w->stamp);

		if (!first && (own == 0 || RULE_MODULE(rule) != own))
			return WALK_ON;
		if (likely(simplestep(&w->at, rule, w->window.high)))
			continue;
		end = hard_step(w, rule);
	}
	return WALK_CUT;
}

/* The place for the next fresh frame.  When the kept frames that the walk may
 * come to would be more than what is wanted, it goes on without them. */
static inline struct frame *
next_fresh(struct walk *w)
{
	if (unlikely(w->count + w->meet >= w->c->most))
		w->meet = 0;
	return &w->c->fresh[w->count];
}

static inline void
add_fresh(struct walk *w, const struct frame *f)
{
	struct frame *to = next_fresh(w);
	stackset_product part = kept_part(f->where, f->sp, w->c->high);

	*to = *f;
	w->settled = ++w->count;
	w->kinds |= f->step;
	w->sums.hash += (uint64_t)part;
	w->sums.check += (uint64_t)(part >> 64);
}

/* The outermost kept frame's code has no table, and it could not be left: is
 * that still so? */
static bool
is_cut_again(const struct walk *w)
{
	const struct frame *f = &w->c->frame[1];
	struct walk again = *w;
	uint64_t key = f->where & RULES_KEY_MASK, rule;

	if (w->c->count == w->c->most || (f->step & STEP_INTERRUPTED) != 0)
		return false;
	rule = rules_get(w->rules, key, w->stamp);
	again.at = (struct walk_at){ key, f->sp, f->fp };
	return (RULE_GOES_BY_RBP(rule) || rule == RULE_NONE) &&
	    step_by_rbp(&again) == WALK_CUT;
}

/* What rbp is outward of kept frame @f, which is linked and was entered with
 * @fp. */
static uintptr_t
fp_outward(const struct frame *f, uintptr_t fp)
{
	if (STEP_KIND(f->step) == RULE_DRAP)
		return word_at(fp);
	return (STEP_KIND(f->step) & RULE_SAVES_RBP) == 0 ? fp :
	    word_at(f[-1].sp - STEP_FP(f->step));
}

/* Makes the kept frames @from .. 2 fresh ones; the walk is at the first. */
static void
take_kept(struct walk *w, unsigned from)
{
	struct frame *kept = w->c->frame;
	uintptr_t fp = w->at.fp;

	w->meet = 0;
	for (unsigned k = from; k > 1 && w->count < w->c->most; k--) {
		add_fresh(w, &kept[k]);
		w->c->fresh[w->count - 1].fp = fp;
		fp = fp_outward(&kept[k], fp);
	}
	w->at = (struct walk_at){
	    .key = kept[1].where & RULES_KEY_MASK,
	    .sp = kept[1].sp,
	    .fp = fp,
	};
}

/* Gives all fresh frames their fp, and the walk its own. */
void
walk_settle(struct walk *w)
{
	w->at.fp = walkrun_settle(&w->c->fresh[w->settled],
	    w->count - w->settled, w->at.sp, w->at.fp);
	w->settled = w->count;
}

/* The walk is as far out as kept frame @meet.  True when it is that frame, and
 * from there on all is known. */
static bool
meets(struct walk *w)
{
	const struct frame *kept = w->c->frame;
	unsigned k;

	while (kept[w->meet].sp < w->at.sp)
		w->meet--;
	k = w->meet;
	if (kept[k].sp != w->at.sp)
		return false;
	w->meet--;
	walk_settle(w);
	if (!kept_is_at(&kept[k], w->at.key, w->at.sp, w->at.fp))
		return false;
	w->meet = k;
	if (kept_is_whole(w->c) || is_cut_again(w))
		return true;
	take_kept(w, k);
	return false;
}

/* As many simple steps as there are, by the stack pointer and, if that is not
 * enough, by rbp too; stops before any other. */
static __attribute__((noinline)) void
run(struct walk *w)
{
	struct walkrun r = { .key = w->at.key, .sp = w->at.sp,
		.fresh = next_fresh(w), .sums = w->sums };
	struct stack_cache *c = w->c;
	const struct frame *end = &c->fresh[c->most - w->meet];
	uintptr_t until = c->frame[w->meet].sp;

	walkrun_steps(&r, c, w->stamp, w->window.high, until, end);
	w->count = (unsigned)(r.fresh - c->fresh);
	w->at.sp = r.sp;
	if (r.sp < until) {
		walk_settle(w);
		r.fp = w->at.fp;
		walkrun_steps_by_rbp(&r, c, w->stamp, w->window.high, until,
		    end);
		w->settled = w->count = (unsigned)(r.fresh - c->fresh);
		w->at.fp = r.fp;
		w->kinds |= r.kinds;
	}
	w->at.key = r.key;
	w->at.sp = r.sp;
	w->sums = r.sums;
}

static uint32_t
step_of(struct walk *w, uint64_t rule)
{
	uint32_t step = RULE_GOES_BY_RBP(rule) ? STEP_BY_RBP : STEP_OF(rule);

	if (w->at.key == w->interrupted)
		step |= STEP_INTERRUPTED;
	if (!RULE_IS_SIMPLE(rule) && RULE_KIND(rule) != RULE_ROOT)
		w->kinds |= RULE_BY_RBP;
	return step;
}

enum walk_end
walk_out(struct walk *w, unsigned *base)
{
	enum walk_end end = WALK_ON;

	while (end == WALK_ON) {
		uint64_t rule;

		run(w);
		if (w->at.sp >= w->c->frame[w->meet].sp) {
			if (!meets(w))
				continue;
			*base = w->meet;
			return WALK_ROOT;
		}
		if (w->at.key == 0)
			return WALK_ROOT;
		if (w->count == w->c->most || !walk_is_place(w->at.key))
			return WALK_CUT;
		rule = rules_get(w->rules, w->at.key, w->stamp);
		if (RULE_IS_SIMPLE(rule) && w->meet != 0 &&
		    w->count + w->meet >= w->c->most) {
			w->meet = 0;
			continue;
		}
		add_fresh(w, &(struct frame){
		    .where = w->at.key | rule >> RULES_KEY_BITS <<
			RULES_KEY_BITS,
		    .sp = w->at.sp,
		    .fp = w->at.fp,
		    .step = step_of(w, rule),
		});
		end = hard_step(w, rule);
	}
	return end;
}
