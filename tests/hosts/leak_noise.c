/*
 * leak_noise - seven blocks are lost somewhere in millions that are not.
 *
 *	leak_noise ROUNDS
 *
 * A cache whose entries come and go, strings that are built and dropped, a
 * list that is kept to the end and freed then, a second thread that does the
 * same.  planted() loses 7 blocks of 1,234 bytes (8,638 in all) on the way,
 * among them some that a register or the stack may still hold.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE = 4096, PLANTED = 7, PLANTED_SIZE = 1234 };

struct node {
	struct node *next;
	char text[48];
};

static void *volatile lost;
static long rounds = 100000;

static __attribute__((noinline)) void
planted(void)
{
	lost = malloc(PLANTED_SIZE);
	lost = NULL;
}

static __attribute__((noinline)) char *
build(long i)
{
	char *text = malloc(16);

	snprintf(text, 16, "%ld", i);
	text = realloc(text, 16 + (size_t)(i % 200));
	return text;
}

static __attribute__((noinline)) struct node *
keep(struct node *list, long i)
{
	struct node *n = calloc(1, sizeof(*n));

	snprintf(n->text, sizeof(n->text), "kept %ld", i);
	n->next = list;
	return n;
}

static void
drop(struct node *list)
{
	while (list != NULL) {
		struct node *next = list->next;

		free(list);
		list = next;
	}
}

static void *
work(void *arg)
{
	char **cache = calloc(CACHE, sizeof(*cache));
	struct node *list = NULL;

	for (long i = 0; i < rounds; i++) {
		size_t at = (size_t)(i * 2654435761u) % CACHE;

		free(cache[at]);
		cache[at] = build(i);
		free(strdup(cache[at]));
		if (i % 64 == 0)
			list = keep(list, i);
		if (arg != NULL && i % (rounds / PLANTED) == 5 &&
		    i / (rounds / PLANTED) < PLANTED)
			planted();
	}
	for (size_t i = 0; i < CACHE; i++)
		free(cache[i]);
	free(cache);
	drop(list);
	return NULL;
}

int
main(int argc, char **argv)
{
	pthread_t other;

	if (argc > 1)
		rounds = atol(argv[1]);
	if (rounds < 100 || pthread_create(&other, NULL, work, NULL) != 0)
		return 1;
	work(argv);
	return pthread_join(other, NULL);
}
