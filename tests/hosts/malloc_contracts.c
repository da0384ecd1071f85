/*
 * malloc_contracts - every function of glibc's family, its results and errno.
 *
 * Prints what it finds; what glibc promises must be printed with us, too.
 */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_memalign(size_t, size_t);

static void *volatile block;
static volatile size_t huge = SIZE_MAX - 1, half = SIZE_MAX / 2 + 1;

/* Is it there, is it aligned, and what became of errno? */
#define TELL(call, align) do {						\
	errno = 0;							\
	block = (call);							\
	printf("%s: %s%s errno %d\n", #call, block ? "block" : "NULL",	\
	    (uintptr_t)block % (align) == 0 ? "" : " MISALIGNED",	\
	    block != NULL ? 0 : errno);					\
} while (0)

static void
sizes(void)
{
	for (size_t n = 0; n < 300; n++) {
		char *p = malloc(n), *q = realloc(calloc(1, n), n + 1);

		if ((uintptr_t)p % 16 != 0 || (uintptr_t)q % 16 != 0 ||
		    malloc_usable_size(p) < n)
			printf("malloc(%zu) breaks its promise\n", n);
		free(p);
		free(q);
	}
}

static void
failures(void)
{
	void *volatile p = malloc(16);

	TELL(malloc(huge), 1);
	TELL(malloc(half), 1);
	TELL(calloc(huge, 1), 1);
	TELL(calloc(half, 2), 1);
	TELL(realloc(p, huge), 1);
	TELL(reallocarray(p, half, 2), 1);
	TELL(memalign(64, huge), 1);
	TELL(memalign(half + 1, 1), 1);
	TELL(aligned_alloc(64, half), 1);
	TELL(valloc(huge), 1);
	TELL(pvalloc(huge), 1);
	free(p);
}

static void
alignments(void)
{
	void *p = (void *)1;

	TELL(memalign(48, 100), 64);
	TELL(memalign(0, 100), 16);
	TELL(memalign(1 << 20, 1), 1 << 20);
	TELL(aligned_alloc(256, 1), 256);
	TELL(valloc(1), 4096);
	TELL(pvalloc(1), 4096);
	TELL(pvalloc(0), 4096);
	printf("pvalloc rounds up: %d\n",
	    malloc_usable_size(pvalloc(4097)) >= 8192);
	printf("posix_memalign: %d", posix_memalign(&p, 48, 1));
	printf(" %d", posix_memalign(&p, 0, 1));
	printf(" %d", posix_memalign(&p, 2, 1));
	printf(" untouched %d", p == (void *)1);
	printf(" %d", posix_memalign(&p, 64, huge));
	printf(" %d", posix_memalign(&p, 64, 1));
	printf(" aligned %d\n", (uintptr_t)p % 64 == 0);
	free(p);
}

/* Blocks of the allocator under us reach our free() and realloc(), whether the
 * names for it are used or what libc itself has by these names. */
static void
foreign(void)
{
	void *libc = dlopen("libc.so.6", RTLD_NOW);
	char *p = __libc_malloc(100), *q = __libc_calloc(1, 200);
	void *(*give)(size_t) =
	    (void *(*)(size_t))dlsym(libc, "__libc_malloc");

	for (int i = 0; i < 2; i++) {
		void *r = give(300);

		free(i == 0 ? r : realloc(r, 70000));
	}
	dlclose(libc);
	strcpy(p, "kept");
	p = realloc(p, 100000);
	printf("foreign: %s, usable %d\n", p,
	    malloc_usable_size(q) >= 200);
	free(p);
	free(q);
	free(__libc_memalign(256, 1000));
	free(pvalloc(5000));
}

static void
errno_kept(void)
{
	static void *p[100];

	for (int i = 0; i < 100; i++) {
		errno = 1234;
		p[i] = malloc((size_t)1 << i % 24);
		if (errno != 1234)
			printf("malloc changed errno\n");
	}
	for (int i = 0; i < 100; i++) {
		errno = 4321;
		free(p[i]);
		if (errno != 4321)
			printf("free changed errno\n");
	}
}

/* Figures that both allocators must get right. */
static void
figures(void)
{
	size_t before = mallinfo2().uordblks, grown;
	char *p = malloc(50 << 20);

	memset(p, 1, 50 << 20);
	grown = mallinfo2().uordblks + mallinfo2().hblkhd - before;
	printf("mallinfo2: %d\n", grown >= 50 << 20 && grown < 60 << 20);
	free(p);
	malloc_trim(0);
	printf("mallopt: %d %d\n", mallopt(M_MMAP_THRESHOLD, 1 << 20),
	    mallopt(M_ARENA_MAX, 1));
	printf("malloc_info: %d %d\n", malloc_info(1, stdout),
	    malloc_info(0, stderr));
}

int
main(void)
{
	void *volatile p = malloc(10);

	sizes();
	failures();
	alignments();
	foreign();
	errno_kept();
	figures();
	errno = 0;
	p = realloc(p, 0);
	printf("realloc(p, 0): %s errno %d\n", p ? "block" : "NULL", errno);
	p = realloc(NULL, 0);
	printf("realloc(NULL, 0): %s\n", p ? "block" : "NULL");
	free(p);
	free(NULL);
	return 0;
}
