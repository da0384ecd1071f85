/*
 * stack - the door: captures from here, and what a number stands for.
 */
#include "shim/stack/stack.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/auxv.h>

#include "common/base/lock.h"
#include "common/base/mem.h"
#include "shim/stack/bounds.h"
#include "shim/stack/front.h"
#include "shim/stack/kept.h"
#include "shim/stack/modules.h"
#include "shim/stack/recent.h"
#include "shim/stack/rules.h"
#include "shim/stack/stackset.h"
#include "shim/stack/walk.h"

static unsigned depth_wanted = 64;
static uint32_t own_module;	/* 0: we are part of the program itself */
static bool is_ready;

/* The module that this code is in, unless that is the program. */
static uint32_t
find_own_module(void)
{
	const struct module *m = modules_find((uintptr_t)&stack_init);
	uintptr_t entry = (uintptr_t)getauxval(AT_ENTRY);

	if (m == NULL || entry - m->start < m->end - m->start)
		return 0;
	return m->number;
}

unsigned
stack_depth(void)
{
	return depth_wanted;
}

void
stack_set_first(const void *sp)
{
	bounds_set_first((uintptr_t)sp);
}

int
stack_init(unsigned depth)
{
	int err = modules_init();

	if (depth >= 1 && depth <= STACK_DEPTH_MAX)
		depth_wanted = depth;
	if (err == 0)
		err = rules_init();
	if (err == 0)
		err = front_init();
	if (err == 0)
		err = stackset_init();
	if (err != 0)
		return err;
	bounds_init();
	own_module = find_own_module();
	if (own_module != 0) {
		walk_own_start = modules_get(own_module)->start;
		walk_own_size = modules_get(own_module)->end - walk_own_start;
	}
	is_ready = true;
	return 0;
}

/* Caches that no thread has; all are of one size. */
static struct {
	struct lock lock;
	struct stack_cache *first;
} idle;

static struct stack_cache *
take_idle(void)
{
	struct stack_cache *c;
	uint64_t mask;

	if (!lock_take_masked(&idle.lock, LOCK_IF_FREE, &mask))
		return NULL;
	c = idle.first;
	if (c != NULL)
		idle.first = c->next_free;
	lock_give_masked(&idle.lock, &mask);
	return c;
}

static struct stack_cache *
make_cache(uintptr_t low, uintptr_t high)
{
	struct stack_cache *c = take_idle(), was;
	unsigned room = depth_wanted;

	if (c == NULL)
		c = mem_forever(sizeof(*c) + kept_room_size(room));
	if (c == NULL)
		return NULL;
	was = *c;
	*c = (struct stack_cache){
	    .depth = room,
	    .summed_from = 1,
	    .low = low,
	    .high = high,
	    .whole_range = true,
	    .recent = was.recent,
	    .recent_trust = -RECENT_FIRST,
	};
	if (was.room > room)
		kept_use_room(c, was.frame, was.room);
	else
		kept_use_room(c, c->first, room);
	recent_forget(c);
	return c;
}

struct stack_cache *
stack_cache_make(uintptr_t low, uintptr_t high)
{
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
	struct stack_cache *c = make_cache(low, high);

	if (c == NULL || high != 0)
		return c;
	if (bounds_of_thread(sp, &low, &high)) {
		c->low = low;
		c->high = high;
		c->whole_range = false;
	}
	return c;
}

void
stack_cache_drop(struct stack_cache *c)
{
	uint64_t mask;

	if (c == NULL)
		return;
	lock_take_masked(&idle.lock, 0, &mask);
	c->next_free = idle.first;
	idle.first = c;
	lock_give_masked(&idle.lock, &mask);
}

static uint32_t
capture(struct stack_cache *c, const struct stack_regs *regs, bool first)
{
	struct stack_cache *scratch = NULL;
	uint32_t number = 0;

	if (unlikely(c == NULL))
		c = scratch = make_cache(0, 0);
	if (likely(c != NULL))
		number = walk_number(c, regs, own_module, first);
	stack_cache_drop(scratch);
	return number;
}

/* The registers where it is used: that function's own unwind rule leads from
 * them to its caller's. */
static ALWAYS_INLINE void
read_regs(struct stack_regs *r)
{
	__asm__ volatile("lea 0(%%rip), %%rax\n\t"
	    "mov %%rax, %0\n\t"
	    "mov %%rsp, %1\n\t"
	    "mov %%rbp, %2\n\t"
	    "mov %%rbx, %3\n\t"
	    "mov %%r12, %4\n\t"
	    "mov %%r13, %5\n\t"
	    "mov %%r14, %6\n\t"
	    "mov %%r15, %7"
	    : "=m"(r->pc), "=m"(r->sp), "=m"(r->fp), "=m"(r->rbx),
	      "=m"(r->r12), "=m"(r->r13), "=m"(r->r14), "=m"(r->r15)
	    : : "rax");
	r->interrupted = true;
}

__attribute__((noinline)) uint32_t
stack_capture(struct stack_cache *c)
{
	struct stack_regs regs;

	read_regs(&regs);
	return capture(c, &regs, true);
}

__attribute__((noinline)) bool
stack_leave(uintptr_t within, struct stack_regs *host)
{
	struct stack_cache *c = is_ready ? make_cache(0, 0) : NULL;
	bool left;

	read_regs(host);
	left = c != NULL && walk_leave(c, host, within);
	stack_cache_drop(c);
	return left;
}

uint32_t
stack_capture_regs(struct stack_cache *c, const struct stack_regs *regs)
{
	return capture(c, regs, false);
}

unsigned
stack_frames(uint32_t id, uintptr_t *pc, unsigned max, bool *cut)
{
	return stack_frames_in(id, pc, NULL, max, cut);
}

unsigned
stack_frames_in(uint32_t id, uintptr_t *pc, uint32_t *module, unsigned max,
    bool *cut)
{
	unsigned n = 0;

	if (id >= stackset_limit())
		id = STACKSET_CUT;
	while (id >= STACKSET_FIRST) {
		const struct stackset_node *node = stackset_node(id);

		if (node->where == 0)
			break; /* taken, and never filled */
		if (n < max && pc != NULL)
			pc[n] = node->where & RULES_KEY_MASK;
		if (n < max && module != NULL)
			module[n] = (uint32_t)(node->where >> RULES_KEY_BITS);
		n++;
		id = node->parent;
	}
	if (cut != NULL)
		*cut = id != STACKSET_WHOLE;
	return n;
}

bool
stack_module(uint32_t number, struct stack_module *out)
{
	const struct module *m = modules_get(number);

	if (m == NULL)
		return false;
	*out = (struct stack_module){
	    .start = m->start,
	    .end = m->end,
	    .bias = m->bias,
	    .name = m->name,
	};
	return true;
}

uint32_t
stack_limit(void)
{
	return stackset_limit();
}

void
stack_forget_code(void)
{
	modules_forget();
	rules_forget();
}

/* Everything here is private memory that the child has its own copy of; a slot
 * that another thread was about to fill is filled by whoever needs it. */
void
stack_after_fork(void)
{
	lock_reset(&idle.lock);
}
