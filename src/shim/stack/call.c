/*
 * call - the place alone that called, as a stack of one frame.
 *
 * Who frees is told by the place of the call, mostly: a walk for each free
 * would double what a tape costs.  A thread frees at a few places; the numbers
 * of these are kept, and what is kept is compared with the node that it
 * stands for.
 */
#include <string.h>

#include "shim/stack/rules.h"
#include "shim/stack/stack.h"
#include "shim/stack/stackset.h"
#include "shim/stack/walk.h"

/* The innermost frame of stack @number, as a stack. */
static uint32_t
innermost(uint32_t number)
{
	const struct stackset_node *n = stackset_node(number);

	return number < STACKSET_FIRST || n->parent == STACKSET_CUT ? number :
	    stackset_child(STACKSET_CUT, n->where);
}

/* True when @number is that of a call from @pc. */
SIGNAL_SAFE static ALWAYS_INLINE bool
is_of(uint32_t number, uintptr_t pc)
{
	const struct stackset_node *n = stackset_node(number);

	return number >= STACKSET_FIRST && n->parent == STACKSET_CUT &&
	    (n->where ^ pc) << (64 - RULES_KEY_BITS) == 0;
}

/* Takes a walk only when the call came from our own code, or is not known. */
static uint32_t
find(struct stack_cache *c, const struct stack_origin *from, uint64_t stamp)
{
	uint64_t rule;

	if (from->sp == 0 || !walk_is_place(from->pc) ||
	    from->pc - walk_own_start < walk_own_size)
		return innermost(stack_capture_at(c, from));
	rule = rules_get(rules_first(), from->pc, stamp << RULES_KEY_BITS);
	return stackset_child(STACKSET_CUT, from->pc |
	    rule >> RULES_KEY_BITS << RULES_KEY_BITS);
}

/* What is kept belongs to code that is still there as long as the stamp is what
 * it was before the code was looked at. */
static COLD uint32_t
look_up(struct stack_cache *c, const struct stack_origin *from, unsigned at)
{
	uint64_t stamp = rules_stamp();
	uint32_t number = find(c, from, stamp);

	if (c == NULL || rules_stamp() != stamp)
		return number;
	if (c->call_stamp != stamp) {
		memset(c->call, 0, sizeof(c->call));
		c->call_stamp = stamp;
	}
	if (is_of(number, from->pc))
		c->call[at] = number;
	return number;
}

uint32_t
stack_capture_call(struct stack_cache *c, const struct stack_origin *from)
{
	unsigned at = (unsigned)(from->pc * STACKSET_HASH_FACTOR >>
	    (64 - CALL_BITS));

	if (unlikely(c == NULL || c->call_stamp != rules_stamp() ||
	    !is_of(c->call[at], from->pc)))
		return look_up(c, from, at);
	return c->call[at];
}
