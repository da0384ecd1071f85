/*
 * kept - comparing the previous walk with memory, and keeping a new one.
 */
#include "shim/stack/kept.h"

#include "common/base/mem.h"

/* The first frame from @f on that is not called as it was; @last if none. */
static ALWAYS_INLINE const struct frame *
same_calls(const struct frame *f, const struct frame *last)
{
	for (; last - f >= 4; f += 4)
		if (unlikely(kept_change_below_4(f) != 0))
			break;
	while (f < last &&
	    kept_change_below(f) << (64 - RULES_KEY_BITS) == 0)
		f++;
	return f;
}

/* Not 0 when frame @f is called from another place, or the rbp that was
 * restored on the way to it, which memory has at @saved_at, is another one. */
static ALWAYS_INLINE uint64_t
change_at(const struct frame *f, uintptr_t saved_at)
{
	return kept_change_below(f) << (64 - RULES_KEY_BITS) |
	    (word_at(saved_at) ^ f->fp);
}

/* The same where rbp matters. */
static ALWAYS_INLINE const struct frame *
same_calls_and_rbp(const struct frame *f, const struct frame *last,
    const uintptr_t *saved_at)
{
	for (; last - f >= 2; f += 2, saved_at += 2)
		if (unlikely((change_at(f, saved_at[0]) |
		    change_at(f + 1, saved_at[1])) != 0))
			break;
	while (f < last && change_at(f, *saved_at) == 0) {
		f++;
		saved_at++;
	}
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

const struct frame *
kept_unchanged_rbp(const struct stack_cache *c, const struct frame *last)
{
	const struct frame *f = c->frame + 1, *with_rbp;

	if (last == c->frame)
		return last;
	with_rbp = MIN(last, c->frame + c->with_rbp);
	f = same_calls_and_rbp(f, with_rbp, c->saved_at + 1);
	if (f >= with_rbp)
		f = same_calls(f, last);
	return likely(!c->realigned) ? f :
	    c->frame + check_realigned(c, (unsigned)(f - c->frame));
}

unsigned
kept_unchanged(const struct stack_cache *c, uintptr_t sp)
{
	return (unsigned)(kept_unchanged_at(c, sp) - c->frame);
}

static ALWAYS_INLINE void
add_part(struct frame_sums *sums, const struct stack_cache *c, unsigned k)
{
	stackset_product part = kept_part(c->frame[k].where, c->frame[k].sp,
	    c->high);

	sums->hash += (uint64_t)part;
	sums->check += (uint64_t)(part >> 64);
}

static ALWAYS_INLINE void
take_part(struct frame_sums *sums, const struct stack_cache *c, unsigned k)
{
	stackset_product part = kept_part(c->frame[k].where, c->frame[k].sp,
	    c->high);

	sums->hash -= (uint64_t)part;
	sums->check -= (uint64_t)(part >> 64);
}

/* From the nearer side. */
const struct frame_sums *
kept_find_sums(struct stack_cache *c, unsigned k)
{
	struct frame_sums *sums = c->sums;
	bool inward = c->summed_from > c->count ||
	    k - c->summed < c->summed_from - k;

	while (inward && c->summed < k) {
		sums[c->summed + 1] = sums[c->summed];
		c->summed++;
		add_part(&sums[c->summed], c, c->summed);
	}
	while (!inward && c->summed_from > k) {
		sums[c->summed_from - 1] = sums[c->summed_from];
		take_part(&sums[c->summed_from - 1], c, c->summed_from);
		c->summed_from--;
	}
	return &sums[k];
}

/* kept_number() from the next frame outward that has one; nobody has. */
static uint32_t
number_from_outward(struct frame *f)
{
	struct frame *known = f;
	uint32_t number;

	while (known->number == KEPT_UNKNOWN)
		known--;
	number = known->number;
	while (known < f) {
		known++;
		number = stackset_guess_child(number, known->where);
		if (number == 0)
			return 0;
		known->number = number;
	}
	return number;
}

uint32_t
kept_find_number(struct stack_cache *c, struct frame *f)
{
	struct frame *known = f;
	uint32_t number;

	while (known->number == KEPT_UNKNOWN) {
		if (known == &c->frame[c->count])
			return number_from_outward(f);
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

/* From now on the rbp of frame @last, which memory has at @at, is compared. */
static ALWAYS_INLINE void
compare_rbp(struct stack_cache *c, unsigned last, uintptr_t at)
{
	for (unsigned k = c->with_rbp; k < last; k++)
		c->saved_at[k] = (uintptr_t)&c->frame[k].fp;
	c->saved_at[last] = at;
	c->with_rbp = last + 1;
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
	if (unlikely(!is_among(kind, KINDS_LINK) || c->linked != k - 1))
		return;
	c->linked = k;
	if (is_among(kind, KINDS_SAVE_RBP) & outer) {
		compare_rbp(c, k - 1, f[-1].sp - STEP_FP(f->step));
	} else if (unlikely(kind == RULE_DRAP)) {
		compare_rbp(c, k - 1, f->fp);
		c->realigned = true;
	}
}

/* Of the first @base frames as many as are followed by none where rbp is
 * compared; that a frame farther in had it compared is forgotten. */
static __attribute__((noinline)) void
cut_rbp(struct stack_cache *c, unsigned base)
{
	while (base > 1 &&
	    c->saved_at[base - 1] == (uintptr_t)&c->frame[base - 1].fp)
		base--;
	c->with_rbp = base > 1 ? base : 0;
}

static ALWAYS_INLINE void
cut(struct stack_cache *c, unsigned base)
{
	c->count = base;
	c->linked = MIN(c->linked, base);
	if (unlikely(c->with_rbp > base))
		cut_rbp(c, base);
	c->summed = MIN(c->summed, base);
	c->summed_from = MIN(c->summed_from, base + 1);
	c->realigned &= c->with_rbp != 0;
}

size_t
kept_room_size(unsigned room)
{
	size_t kept = room + 1;

	return (kept + room) * sizeof(struct frame) +
	    kept * (sizeof(struct frame_sums) + sizeof(uintptr_t));
}

void
kept_use_room(struct stack_cache *c, struct frame *mem, unsigned room)
{
	c->frame = mem;
	c->fresh = mem + room + 1;
	c->sums = (struct frame_sums *)(c->fresh + room);
	c->saved_at = (uintptr_t *)(c->sums + room + 1);
	/* No walk comes here. */
	mem[0] = (struct frame){ .sp = UINTPTR_MAX,
	    .step = STEP_FP_MATTERS };
	/* A handler may jump out of here: then there is less room than memory.
	 */
	atomic_signal_fence(memory_order_seq_cst);
	c->room = c->most = room;
}

void
kept_grow(struct stack_cache *c)
{
	unsigned room = c->depth + FRAMES_BEYOND;
	struct frame *mem = mem_forever(kept_room_size(room));

	if (mem == NULL)
		return;
	cut(c, 0);
	kept_use_room(c, mem, room);
}

/* Without what lies inward nobody could tell its number. */
void
kept_cut(struct stack_cache *c, unsigned base)
{
	while (base > 0 && c->frame[base].number == KEPT_UNKNOWN)
		base--;
	cut(c, base);
}

static ALWAYS_INLINE void
copy_frame(struct frame *to, const struct frame *from)
{
	*to = *from;
	to->number = KEPT_UNKNOWN;
}

static COLD void
put_linked(struct stack_cache *c, unsigned base, unsigned count)
{
	for (unsigned k = base + 1; k <= base + count; k++) {
		const struct frame *from = &c->fresh[base + count - k];

		copy_frame(&c->frame[k], from);
		link_frame(c, k);
	}
}

static ALWAYS_INLINE void
put_plain(struct stack_cache *c, unsigned base, unsigned count)
{
	const struct frame *from = c->fresh, *end = from + count;
	struct frame *to = &c->frame[base + count];

	for (; from < end; from++, to--)
		copy_frame(to, from);
	c->linked = base + count;
}

void
kept_put(struct stack_cache *c, unsigned base, unsigned count,
    struct frame_sums sums, uint32_t number, bool plain)
{
	unsigned all = base + count;

	cut(c, base);
	/* Nothing outward of it: what that does not tell, it may. */
	if (unlikely(base == 0)) {
		copy_frame(&c->frame[1], &c->fresh[--count]);
		link_frame(c, ++base);
	}
	if (likely(plain && c->linked == base &&
	    (c->frame[base].step & STEP_FP_MATTERS) == 0))
		put_plain(c, base, count);
	else
		put_linked(c, base, count);
	c->count = all;
	c->frame[all].number = number;
	c->sums[all] = sums;
	c->summed_from = all;
}
