/*
 * early_main - frees one block of early_plugin's, and has one of its own from
 * before main.
 */
#include <stdlib.h>

extern void *volatile early_kept[2];
static void *volatile own;

static void
before(void)
{
	own = malloc(333);
}

__attribute__((section(".preinit_array"), used))
static void (*const run_before)(void) = before;

int
main(void)
{
	free(early_kept[1]);
	early_kept[1] = NULL;
	return own == NULL;
}
