/*
 * leak_gaps - a program with gaps between its segments, at the addresses it
 * was linked to, without frame pointers: the loader tells of it in pieces, and
 * the piece with the code has no ELF header.  node is built like this.
 */
#include <stdlib.h>
#include <string.h>

static char *volatile lost;
static volatile unsigned times = 3;

static __attribute__((noinline, noclone)) void
gap_leaf(size_t n)
{
	char room[100];

	memset(room, (int)n, sizeof(room));
	lost = malloc(n);
	memcpy(lost, room, sizeof(room));
}

static __attribute__((noinline, noclone)) void
gap_middle(size_t n)
{
	gap_leaf(n + 1);
	lost = NULL;
}

int
main(void)
{
	for (unsigned n = times; n > 0; n--)
		gap_middle(4999);
	return 0;
}
