/*
 * bounds - what is mapped, asked of the kernel one page at a time.
 */
#include "shim/stack/bounds.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/uio.h>

#include "common/base/emulated.h"
#include "common/base/sys.h"

enum {
	PAGE = 4096,
	FOREIGN_PAGES = 64,	/* asked for in one walk */
	OWN_PAGES = 4096,	/* from a stack pointer to its stack's end */
};

static uintptr_t first_stack_high, first_sp;

static uintptr_t
page_of(uintptr_t at)
{
	return at & ~(uintptr_t)(PAGE - 1);
}

/* The kernel puts the name of the program at the very end of the stack. */
void
bounds_init(void)
{
	uintptr_t name = (uintptr_t)getauxval(AT_EXECFN);

	first_stack_high = name == 0 ? 0 : page_of(name) + PAGE;
}

void
bounds_set_first(uintptr_t sp)
{
	first_sp = sp;
}

/* It aligns the stack for its calls. */
bool
bounds_is_first(uintptr_t sp)
{
	return first_sp != 0 && (sp == first_sp || sp == (first_sp & ~15ul));
}

/* Valgrind would say that it does not know what the other way asks for. */
static COLD bool
can_copy(uintptr_t at)
{
	uint64_t word;
	struct iovec to = { &word, sizeof(word) };
	struct iovec from = { (void *)at, sizeof(word) };

	return sys_call6(SYS_process_vm_readv, sys_getpid(), &to, 1, &from, 1,
	    0) == (long)sizeof(word);
}

/* The kernel reads a signal mask before it looks at what to do with it, and
 * what we ask for does not exist: it never does anything. */
bool
bounds_can_read(uintptr_t at)
{
	if (unlikely(emulated()))
		return can_copy(at & ~(uintptr_t)7);
	return sys_call4(SYS_rt_sigprocmask, -1, at & ~(uintptr_t)7, 0, 8) ==
	    -EINVAL;
}

static bool
can_read_pages(uintptr_t low, uintptr_t high)
{
	for (uintptr_t at = low; at < high; at += PAGE)
		if (!bounds_can_read(at))
			return false;
	return true;
}

static bool
try_high(uintptr_t sp, uintptr_t high)
{
	return sp < high && high - sp < (uintptr_t)OWN_PAGES * PAGE &&
	    can_read_pages(page_of(sp), high);
}

/* Threads made by glibc have their control block, whose address is in it, at
 * the end of their stack. */
bool
bounds_of_thread(uintptr_t sp, uintptr_t *low, uintptr_t *high)
{
	uintptr_t block;

	__asm__("mov %%fs:0x10, %0" : "=r"(block));
	if (try_high(sp, block))
		*high = block;
	else if (try_high(sp, first_stack_high))
		*high = first_stack_high;
	else
		return false;
	*low = page_of(sp);
	return true;
}

bool
bounds_deepen(uintptr_t sp, uintptr_t *low)
{
	uintptr_t page = page_of(sp);

	if (sp >= *low)
		return true;
	if (*low - sp > (uintptr_t)OWN_PAGES * PAGE ||
	    !can_read_pages(page, *low))
		return false;
	*low = page;
	return true;
}

bool
bounds_foreign(struct window *w, uintptr_t sp)
{
	w->foreign = true;
	w->low = w->high = page_of(sp);
	return bounds_reach(w, sp + 1);
}

bool
bounds_reach(struct window *w, uintptr_t end)
{
	while (w->high < end) {
		if (!w->foreign || w->asked == FOREIGN_PAGES ||
		    w->high + PAGE < PAGE || !bounds_can_read(w->high))
			return false;
		w->high += PAGE;
		w->asked++;
	}
	return true;
}

/* Words of somebody else's stack frames: no sanitizer should mind. */
__attribute__((no_sanitize("address", "undefined"))) bool
bounds_read(struct window *w, uintptr_t at, uint64_t *word)
{
	if (at < w->low || at + 8 < at || !bounds_reach(w, at + 8))
		return false;
	memcpy(word, (const void *)at, sizeof(*word));
	return true;
}
