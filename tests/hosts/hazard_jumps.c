/*
 * hazard_jumps - leaves handlers by siglongjmp(), and goes on as if nothing had
 * been.
 *
 *	hazard_jumps overflow	out of a stack that has run over, many times,
 *				while blocks come and go
 *	hazard_jumps alarm RANGES MS
 *				out of what a timer interrupts, when that lies
 *				in one of the address ranges
 *	hazard_jumps waits	out of read(), pause() and nanosleep()
 *	hazard_jumps announced RANGES MS
 *				out of short waits, where a timer interrupts, as
 *				above; then it waits in pause() for SIGUSR1
 *
 * RANGES is a file of "START SIZE NAME" lines, in hexadecimal and relative to
 * where libdiag.so lies: without it nothing is jumped out of.  In the end ten
 * blocks of 77 bytes are lost by each of two functions.
 */
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum { RANGES = 4096, ROUNDS = 40, LOST = 10 };

static struct range {
	uintptr_t start, size;
} ranges[RANGES];
static unsigned count;
static uintptr_t base;
static volatile unsigned long jumps;
static void *volatile kept;
static sigjmp_buf back;

static void
some_blocks(void)
{
	void *slot[8] = { NULL };

	for (size_t i = 1; i < 200; i++) {
		free(slot[i % 8]);
		slot[i % 8] = malloc(i * 7 % 900 + 1);
	}
	for (int i = 0; i < 8; i++)
		free(slot[i]);
}

__attribute__((noinline)) static void
plant_first(void)
{
	for (int i = 0; i < LOST; i++)
		kept = malloc(77);
}

__attribute__((noinline)) static void
plant_second(void)
{
	for (int i = 0; i < LOST; i++)
		kept = calloc(7, 11);
}

static void *
plant_on_thread(void *arg)
{
	plant_second();
	return arg;
}

/* A second thread, so that a lock that was left is waited for. */
static void
plant(void)
{
	pthread_t t;

	plant_first();
	if (pthread_create(&t, NULL, plant_on_thread, NULL) == 0)
		pthread_join(t, NULL);
}

static void
jump(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

/* Frames of another size each time, so that the end comes at all places. */
__attribute__((noinline)) static int
deeper(unsigned n, size_t room)
{
	volatile char *mine = __builtin_alloca(room);

	mine[room / 2] = (char)n;
	free(malloc(n % 60 + 1));
	return deeper(n + 1, room) + mine[room / 2];
}

static int
overflow(void)
{
	static char other[65536];
	stack_t ss = { .ss_sp = other, .ss_size = sizeof(other) };
	struct sigaction act = { .sa_handler = jump, .sa_flags = SA_ONSTACK };
	struct rlimit small = { 262144, 262144 }, none = { 0, 0 };
	volatile int caught = 0;

	setrlimit(RLIMIT_STACK, &small);
	setrlimit(RLIMIT_CORE, &none);
	if (sigaltstack(&ss, NULL) != 0 || sigaction(SIGSEGV, &act, NULL) != 0)
		return 1;
	for (volatile int i = 0; i < ROUNDS; i++) {
		if (sigsetjmp(back, 1) == 0)
			return deeper(0, 64 + (size_t)i * 56) == 7;
		caught++;
		some_blocks();
	}
	printf("caught %d\n", caught);
	return 0;
}

static int
find_base(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	if (strstr(info->dlpi_name, "/libdiag.so") != NULL)
		base = info->dlpi_addr;
	return 0;
}

static void
read_ranges(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned long start, size;

	dl_iterate_phdr(find_base, NULL);
	while (f != NULL && base != 0 && count < RANGES &&
	    fscanf(f, "%lx %lx %*s", &start, &size) == 2)
		ranges[count++] = (struct range){ base + start, size };
	if (f != NULL)
		fclose(f);
}

static void
on_alarm(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	uintptr_t pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];

	(void)sig;
	(void)info;
	for (unsigned i = 0; i < count; i++)
		if (pc - ranges[i].start < ranges[i].size) {
			jumps++;
			siglongjmp(back, 1);
		}
}

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Announced, and over at once, without a call of the kernel. */
static void
some_waits(void)
{
	static sem_t there;

	for (unsigned i = 0; i < 1000; i++) {
		sem_post(&there);
		sem_wait(&there);
	}
}

static int
alarm_jumps(const char *path, unsigned ms, void (*work)(void))
{
	struct sigaction act = { .sa_flags = SA_SIGINFO };
	struct itimerval often = { { 0, 97 }, { 0, 97 } }, off = { 0 };
	volatile uint64_t end;

	read_ranges(path);
	act.sa_sigaction = on_alarm;
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	end = now_ms() + ms;
	while (now_ms() < end)
		if (sigsetjmp(back, 1) == 0)
			work();
	setitimer(ITIMER_REAL, &off, NULL);
	if (getenv("HAZARD_JUMPS") != NULL)
		fprintf(stderr, "%lu jumps\n", jumps);
	return 0;
}

static void
wait_somehow(int how, int fd)
{
	const struct timespec ts = { .tv_sec = 5 };
	char c;

	if (how == 0)
		(void)!read(fd, &c, 1);
	else if (how == 1)
		pause();
	else
		nanosleep(&ts, NULL);
}

/* Then it runs for a while, and waits for nothing. */
static int
waits(void)
{
	struct sigaction act = { .sa_handler = jump };
	struct itimerval once = { { 0, 0 }, { 0, 3000 } };
	int fd[2];

	if (pipe(fd) != 0 || sigaction(SIGALRM, &act, NULL) != 0)
		return 1;
	for (volatile int i = 0; i < 30; i++) {
		setitimer(ITIMER_REAL, &once, NULL);
		if (sigsetjmp(back, 1) == 0)
			wait_somehow(i % 3, fd[0]);
	}
	for (uint64_t end = now_ms() + 200; now_ms() < end;)
		some_blocks();
	printf("waited\n");
	return 0;
}

static void
go_on(int sig)
{
	(void)sig;
}

/* The reader of our lines ends the pause. */
static int
announced(const char *path, unsigned ms)
{
	struct sigaction act = { .sa_handler = go_on };
	int ret = alarm_jumps(path, ms, some_waits);

	sigaction(SIGUSR1, &act, NULL);
	printf("pauses\n");
	fflush(stdout);
	pause();
	return ret;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int ret = 2;

	if (strcmp(what, "overflow") == 0)
		ret = overflow();
	else if (strcmp(what, "alarm") == 0 && argc > 3)
		ret = alarm_jumps(argv[2], (unsigned)atoi(argv[3]),
		    some_blocks);
	else if (strcmp(what, "announced") == 0 && argc > 3)
		ret = announced(argv[2], (unsigned)atoi(argv[3]));
	else if (strcmp(what, "waits") == 0)
		ret = waits();
	plant();
	printf("planted\n");
	return ret;
}
