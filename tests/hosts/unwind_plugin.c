/*
 * unwind_plugin - a library that is loaded and unloaded; FRAME makes two of it
 * whose code lies at the same places and has other frames.
 */
#include <alloca.h>

#include "tests/oracle/chain.h"

int plugin_run(void (*push)(const void *), void (*callee)(void));

__attribute__((visibility("default"))) int
plugin_run(void (*push)(const void *), void (*callee)(void))
{
	volatile char room[FRAME];

	push(__builtin_return_address(0));
	room[0] = 1;
	callee();
	return room[0];
}
