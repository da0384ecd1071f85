/*
 * walk - the steps that need three registers, and the reuse of the previous
 * walk.
 *
 * The kept walk lies outermost first, so that what is reused stays where it is
 * and the fresh frames are put on top of it.  Before a walk begins it is seen
 * how much of the kept walk, from the root inward, is still in memory as it
 * was; then there is one place where the new walk can meet the old, and nothing
 * to look for at each frame.
 */
#include "shim/stack/walk.h"

#include "shim/stack/rules.h"
#include "shim/stack/stackset.h"

/* A frame's step: the kind, and where rbp was saved below the CFA. */
#define STEP_OF(word) ((uint32_t)((word) >> RULE_AT_KIND))
#define STEP_KIND(step) ((step) & 7)
#define STEP_FP(step) ((uintptr_t)((step) >> 3 & 0x1fff) * 8)

/* STACKSET_HASH_FACTOR times this is 1, modulo 2^64. */
#define HASH_INVERSE 0xf1de83e19937733dull

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

/* The same for a frame that realigned its stack. */
static COLD bool
drap_leads_on(const struct frame *f, const struct frame *outer)
{
	return STEP_KIND(f->step) == RULE_DRAP &&
	    word_at(f->fp - STEP_FP(f->step)) == outer->sp &&
	    word_at(f->fp) == outer->fp &&
	    word_at(outer->sp - 8) == (outer->where & RULES_KEY_MASK);
}

/* True when the words that led from kept frame @f to the next, @outer, are what
 * they were.  (Its own rbp is looked at when the walks meet.) */
static inline bool
leads_on(const struct frame *f, const struct frame *outer)
{
	uint64_t changed = (word_at(outer->sp - 8) ^ outer->where) <<
	    (64 - RULES_KEY_BITS);

	changed |= word_at((uintptr_t)f->fp_at) ^ outer->fp;
	changed |= ~f->step & RULE_SIMPLE;
	return likely(changed == 0) || drap_leads_on(f, outer);
}

/* How many kept frames, from the outermost on, lie in live memory and lead on
 * as they did. */
static inline unsigned
unchanged(const struct stack_cache *c, uintptr_t sp)
{
	const struct frame *f = c->kept + 1, *last = c->kept + c->kept_count;

	if (c->kept_count == 0 || f->sp < sp)
		return 0;
	while (f < last && f[1].sp >= sp && leads_on(f + 1, f))
		f++;
	return (unsigned)(f - c->kept);
}

static inline void
add_fresh(struct walk *w, const struct frame *f)
{
	w->c->fresh[w->count++] = *f;
	w->hash += f->where * w->power;
	w->power *= STACKSET_HASH_FACTOR;
}

/* Makes the kept frames @from .. @to + 1 fresh ones; the walk is at @to. */
static void
take_kept(struct walk *w, unsigned from, unsigned to)
{
	const struct frame *kept = w->c->kept;

	for (unsigned k = from; k > to && w->count < w->depth; k--)
		add_fresh(w, &kept[k]);
	w->at = (struct walk_at){
	    .key = kept[to].where & RULES_KEY_MASK,
	    .sp = kept[to].sp,
	    .fp = kept[to].fp,
	};
	w->meet = 0;
}

/* The walk is at kept frame @k, with another rbp perhaps.  True when nothing
 * outward depends on it: it is restored from memory before it is used. */
static bool
settle_fp(struct walk *w, unsigned k)
{
	struct frame *kept = w->c->kept;

	for (; kept[k].fp != w->at.fp; k--) {
		unsigned kind = STEP_KIND(kept[k].step);

		if (kind != RULE_ROOT && (k == 1 || kind < RULE_SIMPLE ||
		    (kind & RULE_BY_RBP) != 0))
			return false;
		kept[k].fp = w->at.fp;
		if (kind == RULE_ROOT || (kind & RULE_SAVES_RBP) != 0)
			return true;
	}
	return true;
}

/* The walk is as far out as kept frame @meet.  True when it is that frame, and
 * from there on all is known. */
static bool
meets(struct walk *w)
{
	const struct frame *kept = w->c->kept;
	unsigned k;

	while (kept[w->meet].sp < w->at.sp)
		w->meet--;
	k = w->meet;
	if (kept[k].sp != w->at.sp)
		return false;
	w->meet--;
	if ((kept[k].where & RULES_KEY_MASK) != w->at.key || !settle_fp(w, k))
		return false;
	w->meet = k;
	if (STEP_KIND(kept[1].step) == RULE_ROOT)
		return true;
	take_kept(w, k, 1);
	return false;
}

/* @yes when @flag is not 0, else @no.  Which frames save rbp is not
 * predictable; compilers would make a branch of it. */
static ALWAYS_INLINE uint64_t
pick(uint32_t flag, uint64_t yes, uint64_t no)
{
	__asm__("test %1, %1\n\tcmovnz %2, %0"
	    : "+r"(no) : "r"(flag), "r"(yes) : "cc");
	return no;
}

/* The caller of @a by @rule, where that takes no more than an addition and two
 * reads.  False, and nothing done, when it takes more. */
static ALWAYS_INLINE bool
simple_step(struct walk_at *a, uint64_t rule, uintptr_t high)
{
	uint32_t kind = RULE_KIND(rule);
	uintptr_t cfa = RULE_OFFSET(rule);

	if ((kind & RULE_BY_RBP) == 0)
		cfa += a->sp;
	else
		cfa += a->fp;
	if (unlikely(kind < RULE_SIMPLE || cfa < a->sp + 8 || cfa > high))
		return false;
	a->key = word_at(cfa - 8);
	a->fp = pick(kind & RULE_SAVES_RBP, word_at(cfa - RULE_FP(rule)),
	    a->fp);
	a->sp = cfa;
	return true;
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

/* Any step: more than a few instructions. */
static COLD enum walk_end
hard_step(struct walk *w, uint64_t rule)
{
	uintptr_t cfa = RULE_OFFSET(rule);

	if (RULE_KIND(rule) == RULE_ROOT)
		return WALK_ROOT;
	if (RULE_KIND(rule) == RULE_DRAP)
		return step_drap(w, rule);
	if (!RULE_IS_SIMPLE(rule))
		return walk_full_from_start(w);
	cfa += (RULE_KIND(rule) & RULE_BY_RBP) != 0 ? w->at.fp : w->at.sp;
	if (cfa < w->at.sp + 8 || !bounds_reach(&w->window, cfa) ||
	    !simple_step(&w->at, rule, cfa))
		return WALK_CUT;
	return WALK_ON;
}

/* Our own frames are none of the host's.  @first: nor is the first. */
static enum walk_end
skip_own(struct walk *w, unsigned own, bool first)
{
	enum walk_end end = WALK_ON;

	for (; end == WALK_ON && walk_is_place(w->at.key); first = false) {
		uint64_t rule = rules_get(w->rules, w->at.key, w->stamp);

		if (!first && (own == 0 || RULE_MODULE(rule) != own))
			return WALK_ON;
		if (likely(simple_step(&w->at, rule, w->window.high)))
			continue;
		end = hard_step(w, rule);
	}
	return WALK_CUT;
}

/* As many simple steps as there are; stops before any other. */
static void
run(struct walk *w)
{
	uintptr_t meet_sp = w->c->kept[w->meet].sp, high = w->window.high;
	struct frame *f = &w->c->fresh[w->count];
	struct frame *last = &w->c->fresh[w->depth];
	uint64_t hash = w->hash, power = w->power, stamp = w->stamp;
	struct walk_at at = w->at;

	while (at.sp < meet_sp && f < last) {
		uint64_t rule = rules_find(w->rules, at.key, stamp);

		f->where = at.key | (rule >> RULES_KEY_BITS << RULES_KEY_BITS);
		f->sp = at.sp;
		f->fp = at.fp;
		f->step = STEP_OF(rule);
		if (!simple_step(&at, rule, high))
			break;
		hash += f->where * power;
		power *= STACKSET_HASH_FACTOR;
		f++;
	}
	w->count = (unsigned)(f - w->c->fresh);
	w->hash = hash;
	w->power = power;
	w->at = at;
}

/* Walks outward until the root, or a kept frame from which on all is known:
 * then *@base is its index. */
static enum walk_end
walk_out(struct walk *w, unsigned *base)
{
	enum walk_end end = WALK_ON;

	while (end == WALK_ON) {
		uint64_t rule;

		run(w);
		if (w->at.sp >= w->c->kept[w->meet].sp) {
			if (!meets(w))
				continue;
			*base = w->meet;
			return WALK_ROOT;
		}
		if (w->at.key == 0)
			return WALK_ROOT;
		if (w->count == w->depth || !walk_is_place(w->at.key))
			return WALK_CUT;
		rule = rules_get(w->rules, w->at.key, w->stamp);
		add_fresh(w, &(struct frame){
		    .where = w->at.key | rule >> RULES_KEY_BITS <<
			RULES_KEY_BITS,
		    .sp = w->at.sp,
		    .fp = w->at.fp,
		    .step = STEP_OF(rule),
		});
		end = hard_step(w, rule);
	}
	return end;
}

/* Where the rbp is that @f's caller @outer had; if no memory says, @outer's
 * own record, which is never found changed. */
static inline const uint64_t *
fp_place(const struct frame *f, const struct frame *outer)
{
	uintptr_t at = outer->sp - STEP_FP(f->step);

	return (f->step & RULE_SIMPLE) != 0 && (f->step & RULE_SAVES_RBP) != 0 ?
	    (const uint64_t *)at : &outer->fp;
}

/* Keeps the fresh frames on top of kept frame @base if they are those of stack
 * @number, whose hash is @hash.  Hashes of what lies outward follow by taking
 * the frames off again. */
static bool
keep_if(struct walk *w, unsigned base, uint64_t hash, uint32_t number)
{
	struct frame *kept = w->c->kept, *to = &kept[base + w->count];
	const struct frame *f = w->c->fresh;

	for (; to > &kept[base]; to--, f++) {
		const struct stackset_node *node = stackset_node(number);

		if (unlikely(node->where != f->where))
			return false;
		*to = *f;
		to->number = number;
		to->hash = hash;
		number = node->parent;
		hash = (hash - f->where) * HASH_INVERSE;
	}
	if (unlikely(number != kept[base].number))
		return false;
	for (to = &kept[base + w->count]; to > &kept[base]; to--)
		to->fp_at = fp_place(to, to - 1);
	w->c->kept_count = base + w->count;
	return true;
}

/* The number of the fresh frames on top of @number, frame by frame from the
 * outermost inward. */
static COLD uint32_t
look_up_each(struct walk *w, uint64_t hash, uint32_t number)
{
	for (unsigned i = w->count; i-- > 0;) {
		number = stackset_child(number, w->c->fresh[i].where);
		if (number == 0)
			return 0;
	}
	stackset_put_in_front(hash, number);
	return number;
}

/* The number of the fresh frames on top of kept frame @base; all are kept. */
static uint32_t
keep(struct walk *w, unsigned base)
{
	struct frame *kept = w->c->kept;
	uint64_t hash = w->hash + w->power * kept[base].hash;
	uint32_t number = stackset_guess(hash);

	w->c->kept_count = base;
	if (w->count == 0)
		return kept[base].number;
	if (likely(keep_if(w, base, hash, number)))
		return number;
	number = look_up_each(w, hash, kept[base].number);
	if (number == 0 || !keep_if(w, base, hash, number)) {
		w->c->kept_count = 0;
		return 0;
	}
	return number;
}

uint32_t
walk_number(struct stack_cache *c, const struct stack_regs *start,
    uint32_t own, bool first)
{
	struct walk w = {
		.at = { .key = start->pc + start->interrupted,
		    .sp = start->sp, .fp = start->fp },
		.c = c, .start = start, .rules = rules_first(),
		.stamp = rules_stamp() << RULES_KEY_BITS,
		.depth = c->depth, .power = 1,
	};
	enum walk_end end;
	unsigned base = 0;

	if (c->stamp != w.stamp)
		c->kept_count = 0;
	c->stamp = w.stamp;
	if (likely(w.at.sp - c->low < c->high - c->low))
		w.window = (struct window){ .low = c->low, .high = c->high };
	else if (!walk_enter(&w.window, c, w.at.sp))
		return 0;
	if (skip_own(&w, own, first) != WALK_ON)
		return 0;
	if (!w.window.foreign)
		w.meet = unchanged(c, w.at.sp);
	end = walk_out(&w, &base);
	if (base + w.count > w.depth) {
		take_kept(&w, base, 0);
		base = 0;
		end = WALK_CUT;
	}
	if (base == 0)
		c->kept[0].number = c->kept[0].hash = end == WALK_ROOT ?
		    STACKSET_WHOLE : STACKSET_CUT;
	return keep(&w, base);
}
