/*
 * stackscan - from the outer end of a stack inward.
 */
#include "shim/tasks/stackscan.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "common/base/sys.h"
#include "shim/stack/code.h"
#include "shim/stack/modules.h"
#include "shim/stack/rules.h"
#include "shim/tasks/stackcopy.h"
#include "shim/tasks/unload.h"

enum {
	LOOKS = 3, APART_NS = 200000,
	ROOTS = 2,		/* libc starts pthreads and C11's threads */
	FRAME_MAX = 4096,	/* larger frames are not looked through */
	FUNCTION_MAX = 16384,	/* what is further apart is of two */
	BASE_MAX = 16384,	/* libc's own, and thread-locals, at the end */
};

#define NOWHERE UINT64_MAX

static _Atomic uintptr_t roots[ROOTS];

void
stackscan_root(uintptr_t pc)
{
	for (unsigned i = 0; i < ROOTS; i++) {
		uintptr_t none = 0;

		if (atomic_load_explicit(&roots[i],
		    memory_order_relaxed) == pc)
			return;
		if (atomic_compare_exchange_strong(&roots[i], &none, pc))
			return;
	}
}

static bool
is_root(uint64_t word)
{
	for (unsigned i = 0; i < ROOTS; i++) {
		uintptr_t root = atomic_load_explicit(&roots[i],
		    memory_order_relaxed);

		if (root != 0 && root == word)
			return true;
	}
	return false;
}

/* The outermost word that is the return into libc: the CFA of the start
 * routine is right above it.  0: it is not there. */
static uint64_t
find_base(uint64_t high)
{
	uint64_t word;

	for (uint64_t at = (high & ~(uint64_t)7) - 8;
	    at > high - BASE_MAX && stackcopy_word(at, &word); at -= 8) {
		if (is_root(word))
			return at + 8;
	}
	return 0;
}

/* An instruction that calls ends where @to begins.  The caller holds the code
 * in place. */
static bool
is_after_call(uint64_t to)
{
	return to >= 4096 && to <= RULES_KEY_MASK && modules_has_code(to - 1) &&
	    modules_has_code(to - CODE_BEFORE) &&
	    code_ends_call((const uint8_t *)(uintptr_t)to);
}

/* A function that keeps a frame pointer saved its caller's below its own
 * return address: a place further out in the stack.  Libc's thread start, the
 * caller of the start routine, has anything there. */
static bool
saved_outer(uint64_t rule, uint64_t cfa, uint64_t base)
{
	uint64_t saved;

	if (cfa == base)
		return true;
	return (RULE_KIND(rule) & RULE_SAVES_RBP) != 0 &&
	    stackcopy_word(cfa - RULE_FP(rule), &saved) && saved >= cfa &&
	    saved < stackcopy_high() && saved % 8 == 0;
}

/* Can @to, read at @at, be where a call in the frame with this @cfa returns
 * to?  The rule that holds there must lead back to the CFA.  Where it counts
 * from rbp, the function that was called has mostly saved that right below. */
static bool
fits(uint64_t at, uint64_t to, uint64_t cfa, uint64_t base)
{
	uint64_t rule, saved;

	if (!is_after_call(to))
		return false;
	rule = rules_get(rules_first(), to, rules_stamp() << RULES_KEY_BITS);
	if (!RULE_IS_SIMPLE(rule))
		return false;
	if ((RULE_KIND(rule) & RULE_BY_RBP) == 0)
		return at + 8 + RULE_OFFSET(rule) == cfa;
	return (stackcopy_word(at - 8, &saved) &&
	    saved + RULE_OFFSET(rule) == cfa) || saved_outer(rule, cfa, base);
}

/* Where the frame with this @cfa, whose function begins at @begins when that is
 * known, has the return address @to of its last call: the outermost word that
 * fits, as what lies deeper may be left over from calls that are over. */
static uint64_t
find_call(uint64_t cfa, uint64_t base, uint64_t begins, uint64_t *to)
{
	uint64_t at = cfa - 16;

	for (; at > cfa - FRAME_MAX && stackcopy_word(at, to); at -= 8) {
		if ((begins == 0 || *to - begins < FUNCTION_MAX) &&
		    fits(at, *to, cfa, base))
			return at;
	}
	return 0;
}

/* The function that was called by the call which returns to @to: 0 when it was
 * a call through a pointer, NOWHERE when it was one into a library, whose
 * frames are of no use. */
static uint64_t
callee_of(uint64_t to)
{
	uintptr_t target = code_call_target((const uint8_t *)(uintptr_t)to, to);

	if (target == 0)
		return 0;
	if (!modules_has_code(target) ||
	    !modules_has_code(target + CODE_STUB - 1) ||
	    code_stub_jump((const uint8_t *)target) != NULL)
		return NOWHERE;
	return target;
}

static unsigned
scan(uint64_t high, uint64_t begins, uint64_t pc[STACKSCAN_FRAMES])
{
	unsigned n = 0;
	uint64_t base, cfa, at;

	if (!stackcopy_take(high - STACKCOPY_BYTES, high))
		return 0;
	base = cfa = find_base(high);
	while (cfa != 0 && n < STACKSCAN_FRAMES) {
		at = find_call(cfa, base, begins, &pc[n]);
		if (at == 0)
			break;
		begins = callee_of(pc[n++]);
		cfa = at + 8;
	}
	return n;
}

static unsigned
scan_held(uint64_t high, uint64_t begins, uint64_t pc[STACKSCAN_FRAMES])
{
	unsigned n;

	if (!unload_hold())
		return 0;
	n = scan(high, begins, pc);
	unload_release();
	return n;
}

/* How many frames two looks agree on: all up to the first that differs, and
 * that one too when it is another call of what may be the same function. */
static unsigned
agreed(const uint64_t *a, unsigned n, const uint64_t *b, unsigned m)
{
	unsigned same = 0;

	n = MIN(n, m);
	while (same < n && a[same] == b[same])
		same++;
	if (same < n && a[same] - b[same] + FUNCTION_MAX <= 2 * FUNCTION_MAX)
		same++;
	return same;
}

unsigned
stackscan(const struct thread *t, uint64_t pc[STACKSCAN_FRAMES])
{
	/* Libc's control block, whose address the handle is, is at the end. */
	uint64_t high = atomic_load(&t->handle), other[STACKSCAN_FRAMES];
	uint64_t begins = atomic_load(&t->start_routine);
	struct timespec apart = { .tv_nsec = APART_NS };
	unsigned n, m;

	if (high < STACKCOPY_BYTES || modules_init() != 0 || rules_init() != 0)
		return 0;
	n = scan_held(high, begins, pc);
	for (unsigned look = 1; look < LOOKS && n > 0; look++) {
		sys_call2(SYS_nanosleep, &apart, NULL);
		m = scan_held(high, begins, other);
		n = agreed(pc, n, other, m);
	}
	return n;
}
