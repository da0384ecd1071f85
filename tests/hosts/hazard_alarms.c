/*
 * hazard_alarms - signals by the thousand, into everything.
 *
 *	hazard_alarms alloc|handler|exact MILLISECONDS
 *
 * A timer interrupts every 100 us.  alloc: the program allocates, the handler
 * does not.  handler: the handler allocates, the program computes.  exact: a
 * child queues real-time signals, each of which must come once, in order.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { QUEUED = 2000 };

static volatile sig_atomic_t ticks, wrong;
static volatile int expected;

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void
count(int sig)
{
	(void)sig;
	ticks++;
}

static void
allocate(int sig)
{
	int saved = errno;
	char *p = malloc(100 + (size_t)ticks % 900);

	(void)sig;
	memset(p, 1, 100);
	p = realloc(p, 2000);
	free(p);
	ticks++;
	errno = saved;
}

static void
in_order(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (info->si_value.sival_int != expected || info->si_code != SI_QUEUE)
		wrong++;
	expected++;
}

static void
tick(void (*handler)(int))
{
	struct sigaction act = { .sa_handler = handler,
		.sa_flags = SA_RESTART };
	struct itimerval every = { { 0, 100 }, { 0, 100 } };

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

static void
allocate_for(uint64_t ms)
{
	uint64_t end = now_ms() + ms;
	void *slot[64] = { NULL };

	tick(count);
	for (unsigned i = 0; i % 1024 != 0 || now_ms() < end; i++) {
		free(slot[i % 64]);
		slot[i % 64] = malloc(1 + i % 3000);
		if (slot[i % 64] == NULL)
			wrong++;
	}
	for (unsigned i = 0; i < 64; i++)
		free(slot[i]);
}

static void
compute_for(uint64_t ms)
{
	uint64_t end = now_ms() + ms;
	volatile uint64_t x = 1;

	tick(allocate);
	while (now_ms() < end)
		for (int i = 0; i < 1000; i++)
			x = x * 3 + 1;
}

static void
receive_exactly(void)
{
	struct sigaction act = { .sa_sigaction = in_order,
		.sa_flags = SA_SIGINFO | SA_RESTART };
	pid_t pid, parent = getpid();
	int status;

	sigaction(SIGRTMIN + 2, &act, NULL);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < QUEUED; i++) {
			union sigval v = { .sival_int = i };

			while (sigqueue(parent, SIGRTMIN + 2, v) != 0)
				if (errno != EAGAIN)
					_exit(1);
		}
		_exit(0);
	}
	while (waitpid(pid, &status, WNOHANG) == 0)
		free(malloc(50));
	while (expected < QUEUED)
		free(malloc(50));
	printf("%d signals\n", (int)expected);
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "alloc";
	uint64_t ms = argc > 2 ? strtoull(argv[2], NULL, 10) : 500;
	struct itimerval never = { { 0, 0 }, { 0, 0 } };

	if (strcmp(what, "alloc") == 0)
		allocate_for(ms);
	else if (strcmp(what, "handler") == 0)
		compute_for(ms);
	else
		receive_exactly();
	setitimer(ITIMER_REAL, &never, NULL);
	printf("%s: wrong %d, ticked %d\n", what, (int)wrong,
	    ticks > 0 || what[0] == 'e');
	return wrong != 0;
}
