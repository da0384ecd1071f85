/*
 * walk_number - from a walk to the number of its stack.
 *
 * What was walked anew is looked up, in this order: a few frames among those
 * that the thread saw last; any number of them by the hash of the whole stack;
 * one by one.
 */
#include "shim/stack/kept.h"
#include "shim/stack/rules.h"
#include "shim/stack/simplestep.h"
#include "shim/stack/stackset.h"
#include "shim/stack/walk.h"

/* The child @where of @parent.  A stack's nodes were mostly made in a row. */
static inline uint32_t
look_up_child(uint32_t parent, uint64_t where)
{
	return likely(stackset_is_child(parent + 1, parent, where)) ?
	    parent + 1 : stackset_child(parent, where);
}

/* The number of the fresh frames on top of @number, frame by frame from the
 * outermost inward. */
static COLD uint32_t
look_up_each(const struct walk *w, uint32_t number)
{
	const struct frame *f = &w->c->frame[w->depth + 1 - w->count];

	for (; f <= &w->c->frame[w->depth]; f++) {
		number = look_up_child(number, f->where);
		if (number == 0)
			return 0;
	}
	return number;
}

/* What kept frame @base's number is; without it nothing is kept. */
static uint32_t
number_of_base(struct stack_cache *c, unsigned base)
{
	uint32_t number = kept_number(c, &c->frame[base]);

	if (unlikely(number == 0 && base != 0))
		kept_cut(c, 0);
	return number;
}

/* The number of the fresh frames on top of kept frame @base; all are kept. */
static uint32_t
keep(struct walk *w, unsigned base)
{
	struct stack_cache *c = w->c;
	uint64_t hash = w->hash + c->frame[base].hash;
	uint64_t check = w->check + c->frame[base].check;
	uint64_t spread = hash * STACKSET_HASH_FACTOR;
	uint32_t number = stackset_recall(spread, check);

	if (unlikely(number == 0)) {
		number = number_of_base(c, base);
		number = number == 0 && base != 0 ? 0 :
		    look_up_each(w, number);
		if (number == 0) {
			kept_cut(c, 0);
			return 0;
		}
		stackset_put_in_front(spread, check, number);
	}
	/* The next walk differs in the innermost frame, mostly, and asks for
	 * the number of what lies outward of it. */
	__builtin_prefetch(stackset_node(number));
	kept_put(c, base, w->count, hash, check, number,
	    (w->kinds & RULE_BY_RBP) == 0);
	return number;
}

static ALWAYS_INLINE struct child *
child_of(struct stack_cache *c, uint32_t parent, uint64_t where)
{
	uint64_t hash = (where ^ parent) * STACKSET_HASH_FACTOR;

	return &c->child[(hash >> 32) * CHILDREN >> 32];
}

/* The number of the few fresh frames on top of kept frame @base, when they are
 * remembered; else 0.  They are not kept: the next walk will most likely differ
 * from there on too. */
static ALWAYS_INLINE uint32_t
recall_walked(struct walk *w, unsigned base)
{
	struct stack_cache *c = w->c;
	const struct frame *f = &c->frame[w->depth + 1 - w->count];
	uint32_t number = kept_number(c, &c->frame[base]);

	for (; f <= &c->frame[w->depth]; f++) {
		const struct child *e = child_of(c, number, f->where);

		if (unlikely(e->where != f->where || e->parent != number))
			return 0;
		number = e->number;
	}
	/* They lie where kept frames can lie too. */
	if (unlikely(c->count + w->count > w->depth))
		kept_cut(c, base);
	return number;
}

/* Keeps few frames, and remembers them. */
static uint32_t
keep_few(struct walk *w, unsigned base)
{
	struct stack_cache *c = w->c;
	uint32_t number = keep(w, base);

	for (unsigned k = base + 1; number != 0 && k <= c->count; k++) {
		struct frame *f = &c->frame[k];
		uint32_t outer = kept_number(c, f - 1);

		*child_of(c, outer, f->where) = (struct child){
		    f->where, outer, kept_number(c, f)
		};
	}
	return number;
}

static uint32_t
number_anywhere(struct walk *w)
{
	struct stack_cache *c = w->c;
	unsigned base = 0;
	enum walk_end end = walk_out(w, &base);

	if (unlikely(end == WALK_UNKNOWN)) {
		kept_cut(c, w->meet);
		return 0;
	}
	if (likely(base != 0 && w->count - 1 < FEW_FRAMES)) {
		uint32_t number = recall_walked(w, base);

		return likely(number != 0) ? number : keep_few(w, base);
	}
	if (base == 0)
		c->frame[0].number = c->frame[0].hash = c->frame[0].check =
		    end == WALK_ROOT ? STACKSET_WHOLE : STACKSET_CUT;
	if (w->count != 0)
		return keep(w, base);

	uint32_t number = number_of_base(c, base);

	kept_cut(c, base);
	return number;
}

/* The number of the stack that @w is about to walk.  When its outermost frames
 * are not on the thread's own stack, nothing is kept: their memory may be gone
 * before anybody looks again. */
static uint32_t
number_of(struct walk *w)
{
	uint32_t number = number_anywhere(w);

	if (unlikely(w->window.foreign))
		kept_cut(w->c, 0);
	return number;
}

/* Begins a walk of @c at @sp, which may meet kept frame @meet. */
static ALWAYS_INLINE bool
begin(struct walk *w, struct stack_cache *c, uintptr_t sp, unsigned meet)
{
	w->c = c;
	w->rules = rules_first();
	w->stamp = rules_stamp() << RULES_KEY_BITS;
	w->depth = c->depth;
	w->meet = meet;
	w->count = 0;
	w->hash = w->check = 0;
	w->kinds = 0;
	if (unlikely(c->stamp != w->stamp)) {
		kept_cut(c, 0);
		w->meet = 0;
	}
	c->stamp = w->stamp;
	w->window = (struct window){ .low = c->low, .high = c->high };
	return likely(sp - c->low < c->high - c->low) ||
	    walk_enter(&w->window, c, sp);
}

uint32_t
walk_number(struct stack_cache *c, const struct stack_regs *start,
    uint32_t own, bool first)
{
	struct walk w;

	w.at = (struct walk_at){ start->pc + start->interrupted, start->sp,
	    start->fp };
	w.start = start;
	w.interrupted = start->interrupted ? start->pc + 1 : 0;
	if (!begin(&w, c, start->sp, 0) ||
	    walk_skip_own(&w, own, first) != WALK_ON)
		return 0;
	if (!w.window.foreign)
		w.meet = kept_unchanged(c, w.at.sp);
	return number_of(&w);
}

static ALWAYS_INLINE struct step_inward *
step_inward_to(struct stack_cache *c, uint64_t where)
{
	return &c->step_inward[where * STACKSET_HASH_FACTOR >> 32 &
	    (STEPS_INWARD - 1)];
}

/* The number of kept frame @f's child @where, which was entered with @sp; 0
 * when it is not known.  @outer is the frame's own number.  It is looked for
 * among what this thread saw last, at the distance where this place's last one
 * was, and among all stacks. */
static ALWAYS_INLINE uint32_t
recall_child(struct stack_cache *c, const struct frame *f, uint32_t outer,
    uint64_t where, uintptr_t sp)
{
	struct child *e = child_of(c, outer, where);
	struct step_inward *s = step_inward_to(c, where);
	uint32_t number = outer + s->distance;
	stackset_product part;

	if (e->where == where && e->parent == outer)
		return e->number;
	if (likely(s->where == where &&
	    stackset_is_child(number, outer, where)))
		return number;
	part = kept_part(where, sp, c->high);
	number = stackset_recall((f->hash + (uint64_t)part) *
	    STACKSET_HASH_FACTOR, f->check + (uint64_t)(part >> 64));
	if (unlikely(number == 0))
		return 0;
	*e = (struct child){ where, outer, number };
	*s = (struct step_inward){ where, number - outer };
	return number;
}

/* A walk of few fresh frames, the innermost first. */
struct few {
	uintptr_t sp;		/* the innermost one's */
	uint64_t rule;		/* the outermost one's */
	uint64_t where[FEW_FRAMES];
	unsigned fresh;
};

/* A lone frame on top of kept frame @f is remembered whole when nothing but the
 * return address leads from it to @f. */
static ALWAYS_INLINE void
remember_lone(struct stack_cache *c, const struct frame *f, const struct few *w,
    uint32_t number)
{
	if ((f->step & STEP_FP_MATTERS) != 0 ||
	    (RULE_KIND(w->rule) & RULE_BY_RBP) != 0)
		return;
	c->lone = (struct lone){
	    .key = w->where[0] & RULES_KEY_MASK,
	    .sp = w->sp,
	    .number = number,
	    .base = (unsigned)(f - c->frame),
	};
}

/* The number of @w's fresh frames on top of kept frame @f; 0: the thread did
 * not see them just now. */
static ALWAYS_INLINE uint32_t
recall_few(struct stack_cache *c, struct frame *f, const struct few *w)
{
	uint32_t number = kept_number(c, f);

	if (w->fresh == 1) {
		number = recall_child(c, f, number, w->where[0], w->sp);
		remember_lone(c, f, w, number);
		return number;
	}
	for (unsigned k = w->fresh; k > 0; k--) {
		const struct child *e = child_of(c, number, w->where[k - 1]);

		if (unlikely(e->where != w->where[k - 1] ||
		    e->parent != number))
			return 0;
		number = e->number;
	}
	return number;
}

/* The number of the stack when all but its innermost few frames, entered at
 * @key, are among the first @n frames of the kept walk; 0: not so easily. */
static ALWAYS_INLINE uint32_t
number_of_few(struct stack_cache *c, unsigned n, uint64_t key, uintptr_t sp,
    uintptr_t fp)
{
	struct frame *f = &c->frame[n];
	struct rules_slot *rules = rules_first();
	struct walk_at at = { key, sp, fp };
	struct few w = { .sp = sp };

	if (unlikely(n == 0 || !kept_is_whole(c)))
		return 0;
	if (c->lone.key == key && c->lone.sp == sp && c->lone.base <= n &&
	    kept_is_called(&c->frame[c->lone.base]))
		return c->lone.number;
	for (;;) {
		while (f->sp < at.sp)
			f--;
		if (kept_is_at(f, at.key, at.sp, at.fp))
			break;
		f -= f->sp == at.sp;
		if (w.fresh == FEW_FRAMES)
			return 0;
		w.rule = rules_find(rules, at.key, c->stamp);
		w.where[w.fresh++] = at.key | w.rule >> RULES_KEY_BITS <<
		    RULES_KEY_BITS;
		if (!simplestep(&at, w.rule, c->high))
			return 0;
	}
	if (unlikely(f + w.fresh > &c->frame[c->depth]))
		return 0;
	return recall_few(c, f, &w);
}

uint32_t
walk_number_at(struct stack_cache *c, uint64_t key, uintptr_t sp,
    uintptr_t fp)
{
	struct walk w;
	unsigned meet = 0;

	if (likely(c->stamp == rules_stamp() << RULES_KEY_BITS &&
	    sp - c->low < c->high - c->low)) {
		uint32_t number;

		meet = kept_unchanged(c, sp);
		number = number_of_few(c, meet, key, sp, fp);
		if (likely(number != 0))
			return number;
	}
	if (!begin(&w, c, sp, meet) || w.window.foreign)
		return 0;
	if (w.meet == 0)
		w.meet = kept_unchanged(c, sp);
	w.at = (struct walk_at){ key, sp, fp };
	w.start = NULL;
	w.interrupted = 0;
	return number_of(&w);
}
