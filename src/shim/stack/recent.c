/*
 * recent - tops kept and forgotten.
 */
#include "shim/stack/recent.h"

#include <string.h>

#include "common/base/mem.h"

void
recent_forget(struct stack_cache *c)
{
	if (c->recent != NULL)
		memset(c->recent, 0, RECENT_SETS * sizeof(*c->recent));
}

void
recent_begin(struct stack_cache *c)
{
	if (c->recent == NULL)
		c->recent = mem_forever(RECENT_SETS * sizeof(*c->recent));
	c->recent_trust = c->recent != NULL ? RECENT_PATIENCE : -RECENT_REST;
}

/* Frame @f's return address is one of the words; false when it is too far from
 * @sp. */
static bool
put_word(struct recent *r, unsigned i, const struct frame *f, uintptr_t sp)
{
	r->word[i] = f->where & RULES_KEY_MASK;
	r->at[i] = (uint32_t)(f->sp - sp);
	return f->sp - sp <= UINT32_MAX;
}

void
recent_put(struct stack_cache *c, const struct stack_origin *from,
    unsigned count, unsigned base, uint32_t number)
{
	unsigned set = recent_set(from), way = c->recent_older[set];
	struct recent *r = &c->recent[set][way];
	bool good = true;

	/* The walk that found nothing fresh took half as long. */
	if (count == 0 && r->not_sp != 0)
		return;
	if (base == 0 || base > c->linked || c->with_rbp != 0 ||
	    (c->frame[base].step & STEP_FP_MATTERS) != 0)
		return;
	*r = (struct recent){ .pc = from->pc, .not_sp = ~from->sp,
		.outer = *kept_sums(c, base), .number = number, .base = base };
	/* Where there are fewer, the place itself: a call left it there. */
	for (unsigned i = 0; i < RECENT_WORDS; i++)
		r->word[i] = from->pc;
	for (unsigned i = 1; i < count; i++)
		good &= put_word(r, i, &c->fresh[i], from->sp);
	good &= put_word(r, 0, &c->frame[base], from->sp);
	if (!good)
		*r = (struct recent){ 0 };
	c->recent_older[set] = (uint8_t)(way ^ 1);
}
