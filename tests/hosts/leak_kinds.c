/*
 * leak_kinds - plants one kind of leak, or runs its leak-free twin.
 *
 *	leak_kinds KIND [clean]
 *
 * All that leaks is allocated under plant(), and nothing else of the program
 * is: no stdio.  What each kind plants is in tests/preload/leaks.test.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))

static bool clean;
static void *volatile root;	/* keeps the compiler from knowing too much */

static NOINLINE void *
plant(size_t size)
{
	void *p = malloc(size);

	memset(p, 1, size);
	__asm__ volatile("" ::: "memory");
	return p;
}

static NOINLINE void
drop(void *p)
{
	root = p;
	root = NULL;
	if (clean)
		free(p);
}

static void
lost(void)
{
	for (int i = 0; i < 10; i++)
		drop(plant(100));
}

static void
overwritten(void)
{
	root = plant(64);
	drop(root);
	root = plant(4096);
	drop(root);
	root = NULL;
}

static void
cycle(void)
{
	void **a = plant(48), **b = plant(48);

	a[0] = b;
	b[0] = a;
	drop(a);
	drop(b);
}

/* A list whose head is lost: five nodes with a payload each. */
static void
list(void)
{
	struct node { struct node *next; void *load; } *head = NULL, *next;

	for (int i = 0; i < 5; i++) {
		next = plant(sizeof(*next));
		next->load = plant(1000);
		next->next = head;
		head = next;
	}
	for (; head != NULL; head = next) {
		next = head->next;
		drop(head->load);
		drop(head);
	}
}

static void *
thread_lost(void *arg)
{
	(void)arg;
	for (int i = 0; i < 7; i++)
		drop(plant(200));
	return NULL;
}

static void
by_thread(void)
{
	pthread_t t[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, thread_lost, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
}

static void *
thread_plants(void *arg)
{
	(void)arg;
	return plant(300);
}

/* One thread allocates, another is to free. */
static void
across(void)
{
	for (int i = 0; i < 4; i++) {
		pthread_t t;
		void *p;

		pthread_create(&t, NULL, thread_plants, NULL);
		pthread_join(t, &p);
		drop(p);
	}
}

static NOINLINE void *
plant_realloc(void *p, size_t size)
{
	p = realloc(p, size);
	__asm__ volatile("" ::: "memory");
	return p;
}

/* Grows and moves: only the last of it is left. */
static void
moved(void)
{
	void *p = plant(10);

	for (size_t n = 20; n <= 200000; n *= 10)
		p = plant_realloc(p, n);
	drop(p);
}

static NOINLINE void
plant_text(void)
{
	char *line = NULL, *print = NULL;
	size_t cap = 0;
	FILE *f = fmemopen((char[]){ "a line\n" }, 7, "r");

	drop(strdup("twelve bytes"));
	drop(strndup("twelve bytes", 5));
	if (asprintf(&print, "%d", 12345678) > 0)
		drop(print);
	if (getline(&line, &cap, f) > 0)
		drop(line);
	fclose(f);
}

static NOINLINE void
plant_aligned(void)
{
	void *p = NULL;

	drop(aligned_alloc(64, 128));
	drop(memalign(4096, 100));
	drop(valloc(5000));
	drop(calloc(30, 10));
	drop(reallocarray(NULL, 7, 11));
	if (posix_memalign(&p, 1 << 16, 1000) == 0)
		drop(p);
	__asm__ volatile("" ::: "memory");
}

static NOINLINE void
plant_large(void)
{
	drop(plant(50 << 20));
	drop(plant((3 << 20) + 1));
	drop(plant(0));
	__asm__ volatile("" ::: "memory");
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{ "lost", lost }, { "overwritten", overwritten }, { "cycle", cycle },
	{ "list", list }, { "thread", by_thread }, { "across", across },
	{ "moved", moved }, { "text", plant_text },
	{ "aligned", plant_aligned }, { "large", plant_large },
};

/* What a program does besides: much noise, all of it freed. */
static NOINLINE void
noise(void)
{
	void *p[64] = { NULL };

	for (unsigned i = 0; i < 20000; i++) {
		free(p[i % 64]);
		p[i % 64] = malloc(i * 7 % 3000);
	}
	for (unsigned i = 0; i < 64; i++)
		free(p[i]);
}

int
main(int argc, char **argv)
{
	clean = argc > 2;
	for (size_t i = 0; argc > 1 && i < sizeof(kinds) / sizeof(kinds[0]);
	    i++) {
		if (strcmp(kinds[i].name, argv[1]) != 0)
			continue;
		noise();
		kinds[i].run();
		noise();
		return 0;
	}
	return 2;
}
