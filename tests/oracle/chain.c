/*
 * chain - the part of a host that asks the oracle.
 */
#include "chain.h"

__thread uintptr_t chain_pc[CHAIN_MAX];
__thread unsigned chain_n;
int chain_failed;
static int checked;

static NOINLINE void
ask(const char *name, enum chain_end end, const void *caller)
{
	static __thread uintptr_t inner_first[CHAIN_MAX];
	struct oracle_expect e = { name, inner_first, 0, end };

	inner_first[e.n++] = (uintptr_t)__builtin_return_address(0);
	inner_first[e.n++] = (uintptr_t)caller;
	for (unsigned i = chain_n; i-- > 0;)
		inner_first[e.n++] = chain_pc[i];
	checked++;
	if (oracle_check != NULL && !oracle_check(&e))
		chain_failed++;
}

NOINLINE void
chain_check(const char *name)
{
	ask(name, CHAIN_WHOLE, __builtin_return_address(0));
	__asm__ volatile("");
}

NOINLINE void
chain_check_cut(const char *name)
{
	ask(name, CHAIN_CUT, __builtin_return_address(0));
	__asm__ volatile("");
}

int
chain_result(void)
{
	if (oracle_check == NULL) {
		puts("SKIP: the oracle is not preloaded");
		return 77;
	}
	printf("%d stacks, %d wrong\n", checked, chain_failed);
	return chain_failed == 0 && checked > 0 ? 0 : 1;
}
