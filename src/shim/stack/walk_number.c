/*
 * walk_number - from a walk to the number of its stack.
 *
 * What was walked anew is looked up by the sums of the whole stack, and when
 * these are not known, frame by frame.
 */
#include "shim/stack/front.h"
#include "shim/stack/kept.h"
#include "shim/stack/recent.h"
#include "shim/stack/rules.h"
#include "shim/stack/stack.h"
#include "shim/stack/stackset.h"
#include "shim/stack/walk.h"
#include "shim/stack/walkrun.h"

uintptr_t walk_own_start, walk_own_size;

/* The number of the @count fresh frames on top of @number, frame by frame from
 * the outermost inward. */
static uint32_t
look_up_each(const struct stack_cache *c, unsigned count, uint32_t number)
{
	const struct frame *f = &c->fresh[count];

	while (f-- > c->fresh) {
		number = stackset_guess_child(number, f->where);
		if (number == 0)
			return 0;
	}
	return number;
}

/* What kept frame @base's number is; without it nothing is kept. */
static ALWAYS_INLINE uint32_t
number_of_base(struct stack_cache *c, unsigned base)
{
	uint32_t number = kept_number(c, &c->frame[base]);

	if (unlikely(number == 0 && base != 0))
		kept_cut(c, 0);
	return number;
}

/* The innermost frames of a stack, which are fresh, on top of kept frame @base
 * or of nothing; there is one at least. */
struct top {
	unsigned base, count;
	struct frame_sums sums;		/* of the whole stack */
	bool plain;			/* none needs rbp to be left */
};

/* They are stack @number, and are kept. */
static void
keep(struct stack_cache *c, const struct top *t, uint32_t number)
{
	/* The next walk differs in the innermost frame, mostly, and asks for
	 * the number of what lies outward of it. */
	__builtin_prefetch(stackset_node(number));
	kept_put(c, t->base, t->count, t->sums, number, t->plain);
}

/* How stack @t is found in front, whose sums are @sums. */
static ALWAYS_INLINE struct front_key
key_of(const struct stack_cache *c, const struct top *t,
    const struct frame_sums *sums)
{
	const struct frame *f = t->count != 0 ? c->fresh : &c->frame[t->base];

	return front_key(sums->hash, sums->check,
	    (uint64_t)kept_part(f->where, f->sp, c->high), f->where);
}

/* A stack that is not in front. */
static COLD uint32_t
look_up(struct stack_cache *c, const struct top *t)
{
	struct front_key key = key_of(c, t, &t->sums);
	uint32_t number = number_of_base(c, t->base);

	if (number == 0 && t->base != 0)
		return 0;
	number = look_up_each(c, t->count, number);
	if (number == 0) {
		kept_cut(c, 0);
		return 0;
	}
	front_put(&key, number);
	keep(c, t, number);
	return number;
}

/* How many frames of stack @t are too far out to count. */
static ALWAYS_INLINE unsigned
beyond(const struct stack_cache *c, const struct top *t)
{
	return t->base + t->count - c->depth;
}

/* The sums of what counts of a stack that is too deep; @t's are known. */
static struct frame_sums
cut_sums(struct stack_cache *c, const struct top *t)
{
	unsigned left = beyond(c, t), outer = MIN(left, t->base);
	struct frame_sums sums = t->sums;

	sums.hash += STACKSET_CUT - kept_sums(c, outer)->hash;
	sums.check += STACKSET_CUT - kept_sums(c, outer)->check;
	for (unsigned i = 1; i <= left - outer; i++) {
		const struct frame *f = &c->fresh[t->count - i];
		stackset_product part = kept_part(f->where, f->sp, c->high);

		sums.hash -= (uint64_t)part;
		sums.check -= (uint64_t)(part >> 64);
	}
	return sums;
}

/* The number of what counts of it. */
static uint32_t
look_up_cut(const struct stack_cache *c, const struct top *t)
{
	unsigned left = beyond(c, t);
	uint32_t number = STACKSET_CUT;

	for (unsigned k = left + 1; k <= t->base; k++) {
		number = stackset_guess_child(number, c->frame[k].where);
		if (number == 0)
			return 0;
	}
	return look_up_each(c, MIN(t->count, c->depth), number);
}

/* number_of_top() of a stack that is too deep.  What is kept of it has no
 * numbers: they would be those of whole stacks. */
static __attribute__((noinline)) uint32_t
number_of_cut(struct stack_cache *c, const struct top *t)
{
	struct frame_sums sums = cut_sums(c, t);
	struct front_key key = key_of(c, t, &sums);
	uint32_t number = front_recall(&key);

	if (unlikely(number == 0)) {
		number = look_up_cut(c, t);
		if (number == 0) {
			kept_cut(c, 0);
			return 0;
		}
		front_put(&key, number);
	}
	if (t->count > FEW_FRAMES || t->base == 0)
		kept_put(c, t->base, t->count, t->sums, KEPT_UNKNOWN,
		    t->plain);
	return number;
}

/* A walk that found most of its frames anew will be followed by another such:
 * then few of them are kept, to see whether that is still so. */
static ALWAYS_INLINE bool
is_worth_keeping(struct stack_cache *c, const struct top *t)
{
	enum { POOR_MANY = 16, POOR_EVERY = 8 };

	if (t->count <= FEW_FRAMES)
		return t->base == 0;
	c->poor = t->base * 2 >= t->count ? 0 : c->poor + 1;
	return t->base == 0 || c->poor < POOR_MANY ||
	    c->poor % POOR_EVERY == 0;
}

static ALWAYS_INLINE uint32_t
number_of_top(struct stack_cache *c, struct top *t)
{
	const struct frame_sums *outer = kept_sums(c, t->base);
	struct front_key key;
	uint32_t number;

	t->sums.hash += outer->hash;
	t->sums.check += outer->check;
	if (unlikely(t->base + t->count > c->depth))
		return number_of_cut(c, t);
	key = key_of(c, t, &t->sums);
	number = front_recall(&key);
	if (unlikely(number == 0))
		return look_up(c, t);
	if (is_worth_keeping(c, t))
		keep(c, t, number);
	return number;
}

/* A walk of @count fresh frames is done.  On a stack deeper than there is room
 * for, to walk that far gains nothing: for a while what counts is walked. */
static ALWAYS_INLINE void
mind_room(struct stack_cache *c, unsigned count)
{
	bool rests = c->rest != 0;

	c->rest -= rests;
	if (unlikely(count == c->room && !rests)) {
		c->rest = ROOM_REST;
		if (c->room == c->depth)
			kept_grow(c);
		else
			c->most = c->depth;
	} else if (unlikely(c->most != c->room && !rests)) {
		c->most = c->room;
	}
}

static uint32_t
number_anywhere(struct walk *w)
{
	struct stack_cache *c = w->c;
	struct top t = { .base = 0 };
	enum walk_end end = walk_out(w, &t.base);

	if (unlikely(end == WALK_UNKNOWN)) {
		kept_cut(c, w->meet);
		return 0;
	}
	if (t.base == 0) {
		uint32_t root = end == WALK_ROOT ? STACKSET_WHOLE :
		    STACKSET_CUT;

		kept_cut(c, 0);
		c->frame[0].number = root;
		c->sums[0] = (struct frame_sums){ root, root };
	}
	if (w->count == 0 && t.base <= c->depth)
		return number_of_base(c, t.base);
	walk_settle(w);
	t.count = w->count;
	t.sums = w->sums;
	t.plain = (w->kinds & RULE_BY_RBP) == 0;
	return number_of_top(c, &t);
}

/* The number of the stack that @w is about to walk.  When its outermost frames
 * are not on the thread's own stack, nothing is kept: their memory may be gone
 * before anybody looks again. */
static __attribute__((noinline)) uint32_t
number_of(struct walk *w)
{
	uint32_t number = number_anywhere(w);

	mind_room(w->c, w->count);
	if (unlikely(w->window.foreign))
		kept_cut(w->c, 0);
	return number;
}

/* Begins a walk of @c at @sp. */
static bool
begin(struct walk *w, struct stack_cache *c, uintptr_t sp)
{
	w->c = c;
	w->rules = rules_first();
	w->stamp = rules_stamp() << RULES_KEY_BITS;
	w->meet = 0;
	w->count = w->settled = 0;
	w->sums = (struct frame_sums){ 0, 0 };
	w->kinds = 0;
	if (unlikely(c->stamp != w->stamp)) {
		kept_cut(c, 0);
		recent_forget(c);
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
	if (!begin(&w, c, start->sp) ||
	    walk_skip_own(&w, own, first) != WALK_ON)
		return 0;
	if (!w.window.foreign)
		w.meet = kept_unchanged(c, w.at.sp);
	return number_of(&w);
}

/* The same for the caller of the function that was entered at @from; 0 also
 * when what that tells is not enough. */
static uint32_t
number_from(struct stack_cache *c, const struct stack_origin *from)
{
	struct walk w;

	w.at = (struct walk_at){ from->pc, from->sp, from->fp };
	w.start = NULL;
	w.interrupted = 0;
	if (!begin(&w, c, from->sp) || w.window.foreign)
		return 0;
	w.meet = kept_unchanged(c, from->sp);
	return number_of(&w);
}

/* stack_capture_at() where it takes more than steps by the stack pointer. */
static __attribute__((noinline)) uint32_t
capture_anyhow(struct stack_cache *c, const struct stack_origin *from)
{
	uint32_t number = 0;

	if (c != NULL && from->sp != 0 &&
	    from->pc - walk_own_start >= walk_own_size)
		number = number_from(c, from);
	return number != 0 ? number : stack_capture(c);
}

/* What rbp is outward of the fresh frames up to @end, which lead to @sp. */
static __attribute__((noinline)) uintptr_t
settle(struct stack_cache *c, const struct frame *end, uintptr_t sp,
    uintptr_t fp)
{
	return walkrun_settle(c->fresh, (unsigned)(end - c->fresh), sp, fp);
}

/* The kept frame that @r is at or comes to next, @f or farther out, and whether
 * it is at that. */
static ALWAYS_INLINE bool
is_at_next(const struct frame **f, const struct walkrun *r)
{
	while ((*f)->sp < r->sp)
		(*f)--;
	return kept_is_place(*f, r->key, r->sp);
}

static ALWAYS_INLINE void
put_top(struct top *t, const struct stack_cache *c, const struct frame *base,
    const struct walkrun *r)
{
	t->base = (unsigned)(base - c->frame);
	t->count = (unsigned)(r->fresh - c->fresh);
	t->sums = r->sums;
	t->plain = (r->kinds & RULE_BY_RBP) == 0;
}

/* walk_to_kept() by rbp too, to kept frame @f or farther out. */
static __attribute__((noinline)) bool
walk_by_rbp(struct stack_cache *c, const struct stack_origin *from,
    const struct frame *f, struct top *t)
{
	const struct frame *end = c->fresh + c->most - (f - c->frame);
	struct walkrun r = { .key = from->pc, .sp = from->sp, .fp = from->fp,
		.fresh = c->fresh };

	for (;; f -= f->sp == r.sp) {
		walkrun_steps_by_rbp(&r, c, c->stamp, c->high, f->sp, end);
		if (unlikely(r.sp < f->sp))
			return false;
		if (is_at_next(&f, &r) && kept_is_at(f, r.key, r.sp, r.fp))
			break;
	}
	put_top(t, c, f, &r);
	return true;
}

/* Walks to a kept frame from which on all is known; false when it takes more
 * than steps by the stack pointer and by rbp. */
static ALWAYS_INLINE bool
walk_to_kept(struct stack_cache *c, const struct stack_origin *from,
    struct top *t)
{
	const struct frame *f = kept_unchanged_at(c, from->sp);
	const struct frame *end = c->fresh + c->most - (f - c->frame);
	struct walkrun r = { .key = from->pc, .sp = from->sp,
		.fresh = c->fresh };

	for (;; f -= f->sp == r.sp) {
		walkrun_steps(&r, c, c->stamp, c->high, f->sp, end);
		/* Nothing is farther out than frame[0]. */
		if (unlikely(r.sp < f->sp))
			return walk_by_rbp(c, from, f, t);
		if (is_at_next(&f, &r) &&
		    (likely((f->step & STEP_FP_MATTERS) == 0) ||
		    f->fp == settle(c, r.fresh, r.sp, from->fp)))
			break;
	}
	put_top(t, c, f, &r);
	return true;
}

/* stack_capture_at() of a stack that is no recent one; @c knows the rules. */
static __attribute__((noinline)) uint32_t
capture_by_walk(struct stack_cache *c, const struct stack_origin *from)
{
	struct top t;
	uint32_t number;

	/* An @sp that is not known is on no stack. */
	if (unlikely(from->sp - c->low >= c->high - c->low ||
	    from->pc - walk_own_start < walk_own_size || !kept_is_whole(c)))
		return capture_anyhow(c, from);
	if (unlikely(!walk_to_kept(c, from, &t)))
		return capture_anyhow(c, from);
	number = likely(t.count != 0 || t.base > c->depth) ?
	    number_of_top(c, &t) : number_of_base(c, t.base);
	if (unlikely(number == 0))
		return stack_capture(c);
	if (recent_missed(c) && t.plain && t.count <= RECENT_WORDS)
		recent_put(c, from, t.count, t.base, number);
	return number;
}

/* Here, and not with the other captures, because most of them are all here. */
uint32_t
stack_capture_at(struct stack_cache *c, const struct stack_origin *from)
{
	uint32_t number;

	if (unlikely(c == NULL || c->stamp !=
	    rules_stamp() << RULES_KEY_BITS))
		return capture_anyhow(c, from);
	number = recent_number(c, from);
	return likely(number != 0) ? number : capture_by_walk(c, from);
}
