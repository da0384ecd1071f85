/*
 * unwind_dlclose - two libraries, one after the other at the same addresses:
 * the second one's frames are not taken for the first one's.
 */
#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "tests/oracle/chain.h"

typedef int (*run_fn)(void (*push)(const void *), void (*callee)(void));

static uint32_t number;
static uintptr_t place;

static void
push(const void *pc)
{
	chain_push(pc);
}

static NOINLINE void
called(void)
{
	CHAIN_ENTER();
	chain_check("in a plugin");
	place = chain_pc[chain_n - 1];
	if (oracle_number != NULL)
		number = oracle_number();
	CHAIN_LEAVE();
}

static NOINLINE bool
once(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW);
	run_fn run;

	CHAIN_ENTER();
	if (handle == NULL)
		return false;
	*(void **)&run = dlsym(handle, "plugin_run");
	run(push, called);
	chain_n--;
	dlclose(handle);
	CHAIN_LEAVE();
	return true;
}

int
main(int argc, char **argv)
{
	unsigned reused = 0;

	CHAIN_ENTER();
	for (int i = 0; i < 10 && argc == 3; i++) {
		uintptr_t place_before;
		uint32_t before;

		if (!once(argv[1]))
			return 99;
		before = number;
		place_before = place;
		if (!once(argv[2]))
			return 99;
		if (place != place_before)
			continue;
		reused++;
		chain_failed += number == before && number != 0;
	}
	printf("%u times the same place\n", reused);
	return chain_result();
}
