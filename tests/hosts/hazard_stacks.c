/*
 * hazard_stacks - stacks with next to no room.
 *
 *	hazard_stacks smallest|handler|overflow|caught|array|gone
 */
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

static volatile int handled;
static jmp_buf back;

static void *
some_blocks(void *arg)
{
	for (size_t i = 1; i < 200; i++) {
		void *volatile zeros = calloc(i, 3);
		void *p = malloc(i * 7);

		p = realloc(p, i * 9);
		free(zeros);
		free(p);
	}
	return arg;
}

static int
smallest(void)
{
	pthread_attr_t attr;
	pthread_t t[40];
	int n = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)PTHREAD_STACK_MIN);
	for (int i = 0; i < 40; i++)
		n += pthread_create(&t[i], &attr, some_blocks, NULL) == 0;
	for (int i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	printf("%d threads\n", n);
	return n == 40 ? 0 : 1;
}

static void
on_signal(int sig)
{
	(void)sig;
	some_blocks(NULL);
	handled++;
}

/* What the kernel needs for the frame, and 8 KiB for the handler. */
static int
handler(void)
{
	size_t size = getauxval(AT_MINSIGSTKSZ) + 8192;
	stack_t ss = { .ss_size = size };
	struct sigaction act = { .sa_handler = on_signal,
		.sa_flags = SA_ONSTACK };
	char *area = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	size = (size + 4095) & ~(size_t)4095;
	if (area == MAP_FAILED || mprotect(area, 65536 - size, PROT_NONE) != 0)
		return 1;
	ss.ss_sp = area + 65536 - size;
	if (sigaltstack(&ss, NULL) != 0 || sigaction(SIGUSR1, &act, NULL) != 0)
		return 2;
	for (int i = 0; i < 50; i++)
		raise(SIGUSR1);
	printf("handled %d\n", handled);
	return 0;
}

static int
deeper(int n)
{
	volatile char room[512];

	room[n % 512] = (char)n;
	free(malloc(10));
	return deeper(n + 1) + room[n % 511];
}

static void
leave(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

/* The guard page is hit: killed, or caught on another stack. */
static int
overflow(int caught)
{
	static char other[65536];
	stack_t ss = { .ss_sp = other, .ss_size = sizeof(other) };
	struct sigaction act = { .sa_handler = leave, .sa_flags = SA_ONSTACK };
	struct rlimit small = { 262144, 262144 }, none = { 0, 0 };

	setrlimit(RLIMIT_STACK, &small);
	setrlimit(RLIMIT_CORE, &none);
	if (caught && (sigaltstack(&ss, NULL) != 0 ||
	    sigaction(SIGSEGV, &act, NULL) != 0))
		return 1;
	if (sigsetjmp(back, 1) == 0)
		return deeper(0) == 7;
	some_blocks(NULL);
	printf("caught\n");
	return 0;
}

/* A thread on memory that is the program's own array. */
static int
array(void)
{
	static char mine[1 << 17] __attribute__((aligned(4096)));
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	if (pthread_attr_setstack(&attr, mine, sizeof(mine)) != 0 ||
	    pthread_create(&t, &attr, some_blocks, NULL) != 0)
		return 1;
	pthread_join(t, NULL);
	printf("joined\n");
	return 0;
}

/* The other stack lies above the thread's own, and its memory is given back. */
static struct {
	char *own, *other;
	ucontext_t from, to;
} gone;
enum { GONE_SIZE = 1 << 17 };

static void
on_other(void)
{
	some_blocks(NULL);
}

static void *
by_turns(void *arg)
{
	some_blocks(NULL);
	for (int i = 0; i < 20; i++) {
		getcontext(&gone.to);
		gone.to.uc_stack.ss_sp = gone.other;
		gone.to.uc_stack.ss_size = GONE_SIZE;
		gone.to.uc_link = &gone.from;
		makecontext(&gone.to, on_other, 0);
		swapcontext(&gone.from, &gone.to);
		mprotect(gone.other, GONE_SIZE, PROT_NONE);
		free(malloc(10));
		mprotect(gone.other, GONE_SIZE, PROT_READ | PROT_WRITE);
	}
	return arg;
}

static int
gone_stack(void)
{
	pthread_attr_t attr;
	pthread_t t;

	gone.own = mmap(NULL, (size_t)2 * GONE_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	gone.other = gone.own + GONE_SIZE;
	pthread_attr_init(&attr);
	if (gone.own == MAP_FAILED ||
	    pthread_attr_setstack(&attr, gone.own, GONE_SIZE) != 0 ||
	    pthread_create(&t, &attr, by_turns, NULL) != 0)
		return 1;
	pthread_join(t, NULL);
	printf("gone\n");
	return 0;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "smallest";

	if (strcmp(what, "handler") == 0)
		return handler();
	if (strcmp(what, "overflow") == 0)
		return overflow(0);
	if (strcmp(what, "caught") == 0)
		return overflow(1);
	if (strcmp(what, "gone") == 0)
		return gone_stack();
	return strcmp(what, "array") == 0 ? array() : smallest();
}
