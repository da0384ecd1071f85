/*
 * hazard_limits - what our thread and our memory could take from a program
 * that has little: processes, locked memory, address space, namespaces of its
 * own.
 *
 *	hazard_limits WHAT
 *
 * What needs root and is refused is printed as the kernel says it.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "tests/hosts/hazard.h"

enum { ROOM = 3 };	/* processes that a user may have, the host included */

/* A user that nobody else is now, with room for a few processes. */
static void
become_poor(void)
{
	struct rlimit room = { ROOM, ROOM };
	uid_t uid = (uid_t)(100000 + getpid() % 800000);

	say("groups", setgroups(0, NULL));
	say("user", setuid(uid));
	say("limit", setrlimit(RLIMIT_NPROC, &room));
}

/* Past libc, so that nothing of ours begins in here. */
static void
stand_still(void)
{
	for (;;)
		syscall(SYS_pause);
}

static void
few_processes(void)
{
	pid_t pid[2 * ROOM];
	int n = 0;

	become_poor();
	some_blocks();
	while (n < 2 * ROOM && (pid[n] = fork()) >= 0) {
		if (pid[n] == 0)
			stand_still();
		n++;
	}
	say("fork", n < 2 * ROOM ? -1 : 0);
	printf("%d children\n", n);
	while (n-- > 0) {
		kill(pid[n], SIGKILL);
		waitpid(pid[n], NULL, 0);
	}
}

static void *
idle(void *arg)
{
	stand_still();
	return arg;
}

static int
idle_c11(void *arg)
{
	stand_still();
	return arg == NULL;
}

static void
few_c11_threads(void)
{
	thrd_t t;
	int ret = thrd_success, n = 0;

	become_poor();
	some_blocks();
	while (n < 2 * ROOM && ret == thrd_success) {
		ret = thrd_create(&t, idle_c11, NULL);
		n += ret == thrd_success;
	}
	printf("%d threads, then %d\n", n, ret);
}

static void
few_threads(void)
{
	pthread_t t;
	int err = 0, n = 0;

	become_poor();
	some_blocks();
	while (n < 2 * ROOM && err == 0) {
		err = pthread_create(&t, NULL, idle, NULL);
		n += err == 0;
	}
	printf("%d threads, then %s\n", n, strerror(err));
}

/* How many megabytes are resident. */
static long
resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
		printf("statm cannot be read\n");
	if (f != NULL)
		fclose(f);
	return pages / 256;
}

static void
locked_memory(void)
{
	size_t size = 8 << 20;
	unsigned char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), seen = 0;

	some_blocks();
	say("mlockall", mlockall(MCL_CURRENT | MCL_FUTURE));
	if (mincore(p + size - 4096, 4096, &seen) == 0)
		printf("filled: %d\n", seen & 1);
	p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED && mincore(p + size - 4096, 4096, &seen) == 0)
		printf("filled: %d\n", seen & 1);
	some_blocks();
	printf("below 200 MB: %d\n", resident() < 200);
	say("without a flag", mlockall(0));
	say("with a wrong one", mlockall(MCL_CURRENT | 64));
}

enum { BEGINNERS = 12, BLOCKS = 500 };

static pthread_barrier_t stage;

static struct beginner {
	pthread_t thread;
	long got;
	char *block[BLOCKS];
} beginner[BEGINNERS];

/* Its first blocks are asked for where there may be none, its second ones where
 * there is room again. */
static void *
begin_late(void *arg)
{
	struct beginner *b = arg;
	char **mine = b->block;

	for (int round = 0; round < 2; round++) {
		pthread_barrier_wait(&stage);
		for (size_t i = 0; i < BLOCKS; i++) {
			mine[i] = malloc(100 + i * 8);
			if (mine[i] != NULL)
				memset(mine[i], 1, 100 + i * 8);
			b->got += round == 1 && mine[i] != NULL;
		}
		for (size_t i = 0; i < BLOCKS; i++)
			free(mine[i]);
		pthread_barrier_wait(&stage);
	}
	return NULL;
}

/* Threads that begin with @more bytes of address space left. */
static void
begin_with(long more)
{
	struct rlimit limit, tight;
	long pages = 0, got = 0;
	FILE *f;

	pthread_barrier_init(&stage, NULL, BEGINNERS + 1);
	for (size_t i = 0; i < BEGINNERS; i++)
		if (pthread_create(&beginner[i].thread, NULL, begin_late,
		    &beginner[i]) != 0)
			exit(1);
	f = fopen("/proc/self/statm", "r");
	if (f == NULL || fscanf(f, "%ld", &pages) != 1 ||
	    getrlimit(RLIMIT_AS, &limit) != 0)
		exit(1);
	fclose(f);
	tight = limit;
	tight.rlim_cur = (rlim_t)(pages * 4096 + more);
	say("limit", setrlimit(RLIMIT_AS, &tight));
	pthread_barrier_wait(&stage);
	pthread_barrier_wait(&stage);
	say("limit", setrlimit(RLIMIT_AS, &limit));
	pthread_barrier_wait(&stage);
	pthread_barrier_wait(&stage);
	for (int i = 0; i < BEGINNERS; i++) {
		pthread_join(beginner[i].thread, NULL);
		got += beginner[i].got;
	}
	printf("%ld blocks\n", got);
}

static void
narrow(void)
{
	static const long more[] = { 0, 100000, 1000000, 3000000, 6000000,
		9000000, 13000000, 20000000 };
	int status = 0;

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		pid_t pid;

		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			begin_with(more[i]);
			exit(4);
		}
		waitpid(pid, &status, 0);
		printf("signal %d, status %d\n", WTERMSIG(status),
		    WEXITSTATUS(status));
	}
}

/* Only a process with one thread may do these. */
static void
raw_unshare(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	some_blocks();
	say("user", syscall(SYS_unshare, CLONE_NEWUSER));
	say("mount", syscall(SYS_unshare, CLONE_NEWNS));
	say("setns", syscall(SYS_setns, fd, CLONE_NEWNS));
	say("memory", syscall(SYS_unshare, CLONE_VM));
	some_blocks();
}

/* The first process of a container: signals that it does not handle do not
 * exist for it. */
static void
first_process(void)
{
	struct timespec moment = { .tv_nsec = 200000000 };
	int status = 0, ends[2];
	pid_t pid;
	char c;

	say("unshare", unshare(CLONE_NEWPID | CLONE_NEWUSER));
	if (pipe(ends) != 0 || (pid = fork()) < 0)
		return;
	if (pid == 0) {
		some_blocks();
		raise(SIGUSR1);
		if (write(ends[1], "", 1) != 1)
			_exit(1);
		say("sleep", nanosleep(&moment, NULL));
		some_blocks();
		exit(getpid());
	}
	if (read(ends[0], &c, 1) == 1)
		kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	printf("signal %d, status %d\n", WTERMSIG(status), WEXITSTATUS(status));
}

static const struct {
	const char *name;
	void (*run)(void);
} what[] = {
	{ "processes", few_processes }, { "threads", few_threads },
	{ "c11", few_c11_threads },
	{ "locked", locked_memory }, { "unshare", raw_unshare },
	{ "first", first_process }, { "narrow", narrow },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(what) / sizeof(what[0]); i++)
		if (strcmp(what[i].name, argv[1]) == 0) {
			what[i].run();
			return 3;
		}
	return 2;
}
