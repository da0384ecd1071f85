/*
 * threads_life - threads that begin and end in every way there is; prints what
 * a host can see of them, and nothing that differs between two runs.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

static pthread_key_t key;
static _Atomic int destroyed;

static void *
give_back(void *arg)
{
	return arg;
}

/* What /proc says of our memory, in pages. */
static long
resident(void)
{
	long total, pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f != NULL && fscanf(f, "%ld %ld", &total, &pages) != 2)
		pages = 0;
	if (f != NULL)
		fclose(f);
	return pages;
}

static void *
allocate_a_little(void *arg)
{
	free(malloc((size_t)(uintptr_t)arg % 1000 + 1));
	return arg;
}

/* 100,000 short threads: the memory is that of a few. */
static void
many_short(int n)
{
	long before = 0;

	for (int i = 0; i < n; i++) {
		pthread_t th;
		void *back;

		if (pthread_create(&th, NULL, allocate_a_little,
		    (void *)(intptr_t)i) != 0 ||
		    pthread_join(th, &back) != 0 ||
		    back != (void *)(intptr_t)i) {
			printf("thread %d: %s\n", i, strerror(errno));
			return;
		}
		if (i == n / 10)
			before = resident();
	}
	printf("short threads, growth below 8 MB: %d\n",
	    resident() - before < 2048);
}

static void *
allocate_late(void *arg)
{
	pthread_setspecific(key, malloc(100));
	return arg;
}

/* Sets its own key again in each round, and allocates in all of them. */
static void
destroy(void *p)
{
	free(p);
	atomic_fetch_add(&destroyed, 1);
	pthread_setspecific(key, malloc(200));
}

static void
late_destructors(void)
{
	pthread_t th;

	pthread_key_create(&key, destroy);
	for (int i = 0; i < 100; i++) {
		pthread_create(&th, NULL, allocate_late, NULL);
		pthread_join(th, NULL);
	}
	printf("rounds of destructors: %d\n", atomic_load(&destroyed) / 100);
	pthread_key_delete(key);
}

static void
small_stack(void)
{
	pthread_attr_t attr;
	pthread_t th;
	size_t size;
	void *back;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)PTHREAD_STACK_MIN);
	printf("smallest stack: %d\n",
	    pthread_create(&th, &attr, allocate_a_little, &size));
	printf("joined: %d", pthread_join(th, &back));
	printf(" %d\n", back == &size);
	pthread_attr_getstacksize(&attr, &size);
	printf("still smallest: %d\n", size == (size_t)PTHREAD_STACK_MIN);
	pthread_attr_setstacksize(&attr, 1ul << 46);
	printf("impossible stack: %d\n",
	    pthread_create(&th, &attr, give_back, NULL));
	pthread_attr_destroy(&attr);
}

static void *
own_stack_size(void *arg)
{
	pthread_attr_t attr;
	size_t size;
	void *low;

	(void)arg;
	pthread_getattr_np(pthread_self(), &attr);
	pthread_attr_getstack(&attr, &low, &size);
	pthread_attr_destroy(&attr);
	return (void *)size;
}

static void
own_stack(void)
{
	static char stack[262144] __attribute__((aligned(4096)));
	pthread_attr_t attr;
	pthread_t th;
	void *size;

	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stack, sizeof(stack));
	pthread_create(&th, &attr, own_stack_size, NULL);
	pthread_join(th, &size);
	printf("own stack: %zu\n", (size_t)size);
	pthread_attr_destroy(&attr);
}

static void *
leave_by_exit(void *arg)
{
	pthread_exit(arg);
}

static sem_t detached_done;

static void *
post_and_end(void *arg)
{
	(void)arg;
	sem_post(&detached_done);
	return NULL;
}

static int
c11_start(void *arg)
{
	return *(int *)arg - 100;
}

static void
other_ways(void)
{
	pthread_attr_t attr;
	pthread_t th;
	thrd_t c11;
	void *back;
	int n = 58, r = 0;

	pthread_create(&th, NULL, leave_by_exit, &n);
	printf("pthread_exit: %d", pthread_join(th, &back));
	printf(" %d\n", back == &n);
	sem_init(&detached_done, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	printf("detached: %d\n", pthread_create(&th, &attr, post_and_end,
	    NULL));
	sem_wait(&detached_done);
	pthread_attr_destroy(&attr);
	printf("c11: %d", thrd_create(&c11, c11_start, &n) == thrd_success);
	printf(" %d", thrd_join(c11, &r) == thrd_success);
	printf(" %d\n", r);
}

static void *
tell_name(void *arg)
{
	char name[16] = "";

	sem_wait(arg);
	prctl(PR_GET_NAME, name);
	return strdup(name);
}

static void
names(void)
{
	pthread_t th;
	sem_t go;
	void *name;
	char own[16];

	sem_init(&go, 0, 0);
	pthread_create(&th, NULL, tell_name, &go);
	printf("rename: %d\n", pthread_setname_np(th, "other"));
	printf("too long: %d\n",
	    pthread_setname_np(th, "a name of too many letters"));
	sem_post(&go);
	pthread_join(th, &name);
	printf("name: %s\n", (char *)name);
	free(name);
	prctl(PR_SET_NAME, "by prctl", 0, 0, 0);
	pthread_getname_np(pthread_self(), own, sizeof(own));
	printf("own: %s\n", own);
	errno = 0;
	printf("prctl: %d", prctl(-1, 0, 0, 0, 0));
	printf(" %s\n", strerror(errno));
}

static void
forks(void)
{
	for (int i = 0; i < 5; i++) {
		pthread_t th;
		void *back;
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			pthread_create(&th, NULL, give_back, &status);
			pthread_join(th, &back);
			_exit(back == &status ? 7 : 8);
		}
		waitpid(pid, &status, 0);
		printf("child: %d\n", WEXITSTATUS(status));
	}
}

static void *
end_last(void *arg)
{
	(void)arg;
	usleep(200000);
	printf("the last thread ends the process\n");
	fflush(stdout);
	return NULL;
}

int
main(int argc, char **argv)
{
	pthread_t th;

	many_short(argc > 1 ? atoi(argv[1]) : 100000);
	late_destructors();
	small_stack();
	own_stack();
	other_ways();
	names();
	fflush(stdout);
	forks();
	fflush(stdout);
	pthread_create(&th, NULL, end_last, NULL);
	pthread_detach(th);
	pthread_exit(NULL);
}
