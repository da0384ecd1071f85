/*
 * leak_hidden - blocks that only something points to which no program can read
 * as it is: pages that are protected against it, the register GS.
 *
 *	leak_hidden KIND
 *
 * What each kind leaves is in tests/preload/reach.test.
 */
#include <asm/prctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/hosts/leak_take.h"

enum { PAGE = 4096, PAGES = 40, APART = 10, AT = 72 };

/* Four of the pages are written. */
static NOINLINE char *
keep_closed(void)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < PAGES; i += APART)
		*(void **)(p + i * PAGE + AT) = take(111);
	mprotect(p, PAGES * PAGE, PROT_NONE);
	return p;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	if (strcmp(argv[1], "keep_closed") == 0)
		keep_closed();
	if (strcmp(argv[1], "lose_closed") == 0)
		madvise(keep_closed(), PAGES * PAGE / 2, MADV_DONTNEED);
	if (strcmp(argv[1], "keep_segment") == 0)
		syscall(SYS_arch_prctl, ARCH_SET_GS, take(1234));
	scrub();
	return 0;
}
