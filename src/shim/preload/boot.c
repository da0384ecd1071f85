/*
 * boot - the order of life: constructor, arming, last reports.
 */
#include "shim/preload/boot.h"

#include "shim/heap/heap.h"
#include "shim/state/state.h"

__attribute__((constructor)) static void
start(void)
{
	heap_start_messages();
	state_arm_alloc(0, ARMED_BOOT);
}
