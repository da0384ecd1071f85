/*
 * leak_plugin - an object to be loaded; leaks one block of the size it was
 * built for.  Built several times under other names and sizes.
 */
#include <stdlib.h>

#ifndef PLANTED
#define PLANTED 700
#endif
#ifndef PLANT
#define PLANT plugin_plant
#endif

static void *volatile kept;

__attribute__((noinline)) void PLANT(void);

void
PLANT(void)
{
	kept = malloc(PLANTED);
	__asm__ volatile("" ::: "memory");
	kept = NULL;
}

__attribute__((visibility("default"))) void plugin_run(void);

void
plugin_run(void)
{
	PLANT();
	__asm__ volatile("" ::: "memory");
}
