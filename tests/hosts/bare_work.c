/*
 * bare_work - what bare_start calls: loses three blocks, twice.
 */
#include <stdlib.h>

void work(void);
static void *volatile lost;

__attribute__((noinline)) static void
lose(void)
{
	for (int i = 0; i < 3; i++)
		lost = malloc(100);
	lost = NULL;
}

void
work(void)
{
	lose();
	lose();
}
