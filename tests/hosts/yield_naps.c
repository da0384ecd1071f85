/*
 * yield_naps - threads that yield in a loop and sleep in it, by a system call
 * that no wrapper sees, as the workers of a language's runtime do.
 *
 *	yield_naps SECONDS
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 8, YIELDS = 20 };

static volatile int done;

/* Not through syscall(), which is wrapped. */
static void
nap(void)
{
	const struct timespec ts = { .tv_nsec = 2000000 };
	long r;

	__asm__ volatile("syscall" : "=a"(r) : "a"(SYS_nanosleep), "D"(&ts),
	    "S"(NULL) : "rcx", "r11", "memory");
	(void)r;
}

static void *
yield(void *arg)
{
	while (!done) {
		for (int i = 0; i < YIELDS; i++)
			sched_yield();
		nap();
	}
	return arg;
}

int
main(int argc, char **argv)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, yield, NULL) != 0)
			return 1;
	sleep(argc > 1 ? (unsigned)atoi(argv[1]) : 1);
	done = 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	return 0;
}
