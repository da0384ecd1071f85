/*
 * kept - comparing the previous walk with memory, and keeping a new one.
 */
#include "shim/stack/kept.h"

/* Not 0 when the return address below frame @f is another one; its high bits
 * do not count. */
static ALWAYS_INLINE uint64_t
change_below(const struct frame *f)
{
	return word_at(f->sp - 8) ^ f->where;
}

/* The same for the rbp that was restored on the way to @f. */
static ALWAYS_INLINE uint64_t
change_of_rbp(const struct frame *f)
{
	return word_at(f->saved_at) ^ f->fp;
}

/* The first frame from @f on that is not called as it was; @last if none. */
static ALWAYS_INLINE const struct frame *
same_calls(const struct frame *f, const struct frame *last)
{
	const unsigned high = 64 - RULES_KEY_BITS;

	for (; last - f >= 4; f += 4)
		if (unlikely((change_below(f) | change_below(f + 1) |
		    change_below(f + 2) | change_below(f + 3)) << high != 0))
			break;
	while (f < last && change_below(f) << high == 0)
		f++;
	return f;
}

/* The same where rbp matters. */
static ALWAYS_INLINE const struct frame *
same_calls_and_rbp(const struct frame *f, const struct frame *last)
{
	const unsigned high = 64 - RULES_KEY_BITS;

	for (; last - f >= 2; f += 2)
		if (unlikely(((change_below(f) | change_below(f + 1)) << high |
		    change_of_rbp(f) | change_of_rbp(f + 1)) != 0))
			break;
	while (f < last && (change_below(f) << high | change_of_rbp(f)) == 0)
		f++;
	return f;
}

/* A frame that realigned its stack has its caller's sp in memory. */
static COLD unsigned
check_realigned(const struct stack_cache *c, unsigned n)
{
	for (unsigned k = 2; k <= n; k++) {
		const struct frame *f = &c->frame[k];

		if (STEP_KIND(f->step) == RULE_DRAP &&
		    word_at(f->fp - STEP_FP(f->step)) != f[-1].sp)
			return k - 1;
	}
	return n;
}

unsigned
kept_unchanged(const struct stack_cache *c, uintptr_t sp)
{
	const struct frame *f = c->frame + 1, *last, *with_rbp;
	unsigned n = c->linked;

	while (n > 0 && c->frame[n].sp < sp)
		n--;
	if (n == 0)
		return 0;
	last = c->frame + n;
	with_rbp = c->frame + MIN(n, c->with_rbp);
	f = same_calls_and_rbp(f, with_rbp);
	if (f >= with_rbp)
		f = same_calls(f, last);
	n = (unsigned)(f - c->frame);
	return likely(!c->realigned) ? n : check_realigned(c, n);
}

/* Copies fresh frame @from word by word, as it was stored: a processor hands on
 * what it stored just now only in the same pieces. */
static ALWAYS_INLINE void
copy_frame(struct frame *to, const struct frame *from, uint64_t hash,
    uint64_t check)
{
	const volatile struct frame *words = from;

	to->where = words->where;
	to->sp = words->sp;
	to->fp = words->fp;
	to->step = words->step;
	to->saved_at = (uintptr_t)&to->fp;
	to->hash = hash;
	to->check = check;
	to->number = KEPT_UNKNOWN;
}

/* Puts the @count frames that end at @from where they end at @to, innermost
 * first; the sums are those of all of them and what lies outward. */
static ALWAYS_INLINE void
put_frames(struct frame *to, const struct frame *from, unsigned count,
    uint64_t hash, uint64_t check)
{
	for (; count > 0; count--, from--, to--) {
		uint64_t part = from->hash, check_part = from->check;

		copy_frame(to, from, hash, check);
		hash -= part;
		check -= check_part;
	}
}

uint32_t
kept_find_number(struct stack_cache *c, struct frame *f)
{
	struct frame *known = f;
	uint32_t number;

	while (known->number == KEPT_UNKNOWN) {
		if (known == &c->frame[c->count])
			return 0;
		known++;
	}
	number = known->number;
	for (; known > f; known--) {
		const struct stackset_node *node = stackset_node(number);

		if (node->where != known->where)
			return 0;
		number = known[-1].number = node->parent;
	}
	return number;
}

/* Sets of kinds of rules, for questions whose answers nobody can guess. */
enum {
	/* Leaving such a frame takes the rbp it was entered with, */
	KINDS_NEED_RBP = 1 << RULE_NONE | 1 << RULE_FULL | 1 << RULE_DRAP |
	    1 << (RULE_SIMPLE | RULE_BY_RBP) |
	    1 << (RULE_SIMPLE | RULE_BY_RBP | RULE_SAVES_RBP),
	/* such a one hands it to its caller, */
	KINDS_PASS_RBP = 1 << RULE_SIMPLE,
	/* and such a one restores its caller's. */
	KINDS_SAVE_RBP = 1 << (RULE_SIMPLE | RULE_SAVES_RBP) |
	    1 << (RULE_SIMPLE | RULE_BY_RBP | RULE_SAVES_RBP),
	KINDS_LINK = 0xf0 | 1 << RULE_DRAP,
};

static ALWAYS_INLINE uint32_t
is_among(unsigned kind, unsigned kinds)
{
	return kinds >> kind & 1;
}

/* Frame @k is there: how it is linked to the one outward of it. */
static ALWAYS_INLINE void
link_frame(struct stack_cache *c, unsigned k)
{
	struct frame *f = &c->frame[k];
	unsigned kind = STEP_KIND(f->step);
	uint32_t outer = f[-1].step / STEP_FP_MATTERS & 1;
	uint32_t matters = is_among(kind, KINDS_NEED_RBP) |
	    (is_among(kind, KINDS_PASS_RBP) & outer);

	f->step = (f->step & ~STEP_FP_MATTERS) | matters * STEP_FP_MATTERS;
	if (unlikely(k == 1)) {
		c->linked = 1;
		return;
	}
	f[-1].saved_at = (uintptr_t)&f[-1].fp;
	if (unlikely(!is_among(kind, KINDS_LINK) || c->linked != k - 1))
		return;
	c->linked = k;
	if (is_among(kind, KINDS_SAVE_RBP) & outer) {
		f[-1].saved_at = f[-1].sp - STEP_FP(f->step);
		c->with_rbp = k;
	} else if (unlikely(kind == RULE_DRAP)) {
		f[-1].saved_at = f->fp;
		c->with_rbp = k;
		c->realigned = true;
	}
}

static ALWAYS_INLINE void
cut(struct stack_cache *c, unsigned base)
{
	c->count = base;
	c->lone.key = 0;
	c->linked = MIN(c->linked, base);
	c->with_rbp = MIN(c->with_rbp, base);
	c->realigned &= c->with_rbp != 0;
}

/* Without what lies inward nobody could tell its number. */
void
kept_cut(struct stack_cache *c, unsigned base)
{
	while (base > 0 && c->frame[base].number == KEPT_UNKNOWN)
		base--;
	cut(c, base);
}

/* Where they were put lies below where they are, or is the same place. */
static COLD void
move_down(struct stack_cache *c, unsigned base, unsigned count)
{
	const struct frame *from = &c->frame[c->depth + 1 - count];
	struct frame *to = &c->frame[base + 1];

	for (; count > 0; count--, from++, to++) {
		*to = *from;
		to->saved_at = (uintptr_t)&to->fp;
	}
}

static COLD void
link_frames(struct stack_cache *c, unsigned base, unsigned count)
{
	for (unsigned k = base + 1; k <= base + count; k++)
		link_frame(c, k);
}

void
kept_put(struct stack_cache *c, unsigned base, unsigned count, uint64_t hash,
    uint64_t check, uint32_t number, bool plain)
{
	struct frame *fresh = &c->frame[c->depth];
	bool apart = base + 2 * count <= c->depth;

	cut(c, base);
	put_frames(apart ? &c->frame[base + count] : fresh, fresh, count, hash,
	    check);
	/* When they fill the cache they are where they belong. */
	if (unlikely(!apart && base + count != c->depth))
		move_down(c, base, count);
	c->frame[base + count].number = number;
	c->frame[base].saved_at = (uintptr_t)&c->frame[base].fp;
	if (likely(plain && c->linked == base &&
	    (c->frame[base].step & STEP_FP_MATTERS) == 0))
		c->linked = base + count;
	else
		link_frames(c, base, count);
	c->count = base + count;
}
