/*
 * malloc_early - memory before main: from an IFUNC's resolver, from
 * preinit_array, from a constructor; and after it, in every late place.
 *
 * What the early places allocate is resized and freed by the late ones.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *from_resolver, *from_preinit, *from_constructor;
static pthread_key_t key;

static int
chosen(void)
{
	return 42;
}

static char *
text(const char *s)
{
	char *p = malloc(strlen(s) + 1);

	strcpy(p, s);
	return p;
}

/* Runs while the loader relocates this program; libraries' functions can be
 * called, because those are relocated before. */
/* "used": clang does not see that ifunc names it. */
static __attribute__((used)) int (*
resolve(void))(void)
{
	from_resolver = malloc(9);
	if (from_resolver != NULL)
		for (int i = 0; i < 9; i++)
			from_resolver[i] = "resolver"[i];
	return chosen;
}

int early_function(void) __attribute__((ifunc("resolve")));

static void
preinit(int argc, char **argv, char **env)
{
	from_preinit = text("preinit");
}

__attribute__((section(".preinit_array"), used))
static void (*const preinit_entry)(int, char **, char **) = preinit;

__attribute__((constructor)) static void
construct(void)
{
	from_constructor = calloc(1, 100);
	strcpy(from_constructor, "constructor");
}

__attribute__((destructor)) static void
destruct(void)
{
	char *p = text("destructor");

	free(realloc(p, 10000));
	free(from_constructor);
}

static void
at_exit(void)
{
	free(from_preinit);
	free(malloc(1 << 20));
}

static void
end_of_thread(void *p)
{
	free(p);
	if (pthread_getspecific(key) == NULL)
		pthread_setspecific(key, malloc(77));
}

static void *
thread(void *arg)
{
	pthread_setspecific(key, malloc(33));
	return malloc(44);
}

int
main(void)
{
	pthread_t t;
	void *p;

	atexit(at_exit);
	from_resolver = realloc(from_resolver, 5000);
	from_constructor = realloc(from_constructor, 7);
	printf("%d %s %s %.6s\n", early_function(), from_resolver,
	    from_preinit, from_constructor);
	free(from_resolver);
	pthread_key_create(&key, end_of_thread);
	for (int i = 0; i < 50; i++) {
		pthread_create(&t, NULL, thread, NULL);
		pthread_join(t, &p);
		free(p);
	}
	return 0;
}
