/*
 * alloc_deep - allocates and frees once, so many calls down.
 *
 *	alloc_deep CALLS
 */
#include <stdlib.h>

static void *volatile kept;

__attribute__((noinline, noclone)) static int
a_function_whose_name_is_rather_long_so_that_lines_are(int calls)
{
	int deeper = 0;

	if (calls == 0) {
		kept = malloc(10);
		free(kept);
	} else {
		deeper = a_function_whose_name_is_rather_long_so_that_lines_are(
		    calls - 1);
	}
	__asm__ volatile("" : "+r"(deeper) :: "memory");
	return deeper + 1;
}

int
main(int argc, char **argv)
{
	int calls = argc > 1 ? atoi(argv[1]) : 10;

	return a_function_whose_name_is_rather_long_so_that_lines_are(calls) !=
	    calls + 1;
}
