/*
 * malloc_parts - a program with a malloc() and a free() of its own on top of
 * libc's, and nothing else of the family: what calloc() and strdup() give goes
 * to its free(), too.  Compiled with WHOLE it has a heap of its own, and all of
 * the family that was there before reallocarray().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned given, taken;

#ifdef WHOLE
static char heap[256 << 20] __attribute__((aligned(64)));
static size_t used;

static void *
__libc_malloc(size_t size)
{
	char *p = heap + used + 64;

	used += 64 + (size + 63) / 64 * 64;
	*(size_t *)(void *)(p - 64) = size;
	return p;
}

/* A block of another heap ends the program. */
static void
__libc_free(void *p)
{
	if (p != NULL && ((char *)p < heap || (char *)p > heap + used))
		abort();
}

void *
calloc(size_t n, size_t size)
{
	return __libc_malloc(n * size);
}

void *
realloc(void *p, size_t size)
{
	void *q = __libc_malloc(size);
	size_t old = p == NULL ? 0 : *(size_t *)(void *)((char *)p - 64);

	__libc_free(p);
	return old == 0 ? q : memcpy(q, p, old < size ? old : size);
}

void *
aligned_alloc(size_t align, size_t size)
{
	return align > 64 ? NULL : __libc_malloc(size);
}
#else
extern void *__libc_malloc(size_t size);
extern void __libc_free(void *p);
#endif

void *
malloc(size_t size)
{
	given++;
	return __libc_malloc(size);
}

void
free(void *p)
{
	taken++;
	__libc_free(p);
}

int
main(void)
{
	void *volatile p;
	char line[100];
	FILE *f = fopen("/etc/passwd", "r");

	for (size_t i = 1; i < 3000; i++) {
		p = malloc(i);
		free(p);
		p = calloc(3, i);
		free(p);
		p = realloc(strdup("text"), i + 100);
		free(p);
		p = aligned_alloc(64, 64 * (i % 100));
		free(p);
		p = reallocarray(malloc(20), i % 1000, 3);
		free(p);
	}
	if (f != NULL && fgets(line, sizeof(line), f) != NULL)
		fclose(f);
	printf("%d %d\n", given >= 8997, taken >= 14995);
	return 3;
}
