/*
 * early_plugin - a library whose constructor keeps two blocks and loses one,
 * before the program that it is linked to begins.
 */
#include <stdlib.h>

void *volatile early_kept[2];
static void *volatile lost;

__attribute__((noinline)) static void
take(void)
{
	early_kept[0] = malloc(70000);
	early_kept[1] = calloc(3, 1111);
	lost = malloc(55);
	lost = NULL;
}

__attribute__((constructor(102))) static void
early_begin(void)
{
	take();
}
