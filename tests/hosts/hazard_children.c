/*
 * hazard_children - children and threads made in ways that libc knows nothing
 * of, children that outlive their parents, and cgroups with little room.
 *
 *	hazard_children WHAT
 *
 * What a step is not allowed to do here is printed as the kernel says it, which
 * is the same with and without us.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/hosts/hazard.h"

enum { STACK = 1 << 16, LINKS = 8, MB = 1 << 20, TRIES = 1000 };

extern char **environ;

static char program[] = "/proc/self/exe", name[] = "hazard_children";

static volatile int ran;

static int
on_own_stack(void *arg)
{
	some_blocks();
	ran++;
	return arg == NULL ? 4 : 5;
}

/* The parent waits meanwhile: both have the same thread-local variables. */
static void
cloned(void)
{
	static const int flags[] = {
		CLONE_VM | CLONE_VFORK, CLONE_VM, CLONE_FILES | CLONE_FS, 0,
	};
	char *stack = malloc(STACK);

	for (int i = 0; i < 4; i++) {
		end_of_any("cloned", clone(on_own_stack, stack + STACK,
		    flags[i] | SIGCHLD, i == 2 ? stack : NULL), __WALL);
		printf("ran %d\n", ran);
	}
	free(stack);
	some_blocks();
}

/* Beside us, with a stack that is a block and nothing else of its own. */
static void
cloned_raw(void)
{
	void *stack = malloc(STACK);
	int parent_tid = 0;

	for (int i = 0; i < 20; i++) {
		uint64_t args[11] = {
			CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
			    CLONE_PARENT_SETTID, 0, 0, (uintptr_t)&parent_tid,
			SIGCHLD, (uintptr_t)stack, STACK,
		};
		long ret;

		__asm__ volatile("syscall\n\t"
		    "test %%rax, %%rax\n\t"
		    "jnz 1f\n\t"
		    "mov %[exit], %%eax\n\t"
		    "mov $9, %%edi\n\t"
		    "syscall\n"
		    "1:"
		    : "=a"(ret) : "0"((long)SYS_clone3), "D"(args),
		    "S"(sizeof(args)), [exit] "i"(SYS_exit)
		    : "rcx", "r11", "memory");
		some_blocks();
		errno = (int)-ret;
		end_of_any("raw", (pid_t)ret, __WALL);
	}
	free(stack);
}

/* Their parent ends, and they come to us; and one that ends with its. */
static void
orphans(void)
{
	int go[2], up[2], status = 0, n = 0, sum = 0;
	char c;

	say("reaper", prctl(PR_SET_CHILD_SUBREAPER, 1));
	if (pipe(go) != 0 || pipe(up) != 0)
		return;
	if (fork() == 0) {
		for (int i = 0; i < 3; i++) {
			if (fork() != 0)
				continue;
			some_blocks();
			close(go[1]);
			exit(read(go[0], &c, 1) == 0 ? 20 + i : 1);
		}
		_exit(3);
	}
	wait(&status);
	printf("parent: %d\n", WEXITSTATUS(status));
	close(go[1]);
	while (wait(&status) > 0) {
		n++;
		sum += WEXITSTATUS(status);
	}
	printf("%d orphans, sum %d\n", n, sum);
	fflush(stdout);
	if (fork() == 0) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			some_blocks();
			while (write(up[1], "", 1) == 1)
				pause();
		}
		_exit(read(up[0], &c, 1) == 1 ? 5 : 1);
	}
	wait(&status);
	printf("parent: %d\n", WEXITSTATUS(status));
	wait(&status);
	printf("orphan: signal %d\n", WTERMSIG(status));
}

static void
spawned(void)
{
	static const short flags[] = {
		POSIX_SPAWN_SETSIGMASK, POSIX_SPAWN_SETPGROUP,
		POSIX_SPAWN_SETSCHEDULER, POSIX_SPAWN_RESETIDS,
	};
	static char sh[] = "sh", c[] = "-c",
	    script[] = "pwd; head -c 4; grep SigBlk /proc/self/status";
	static char *const argv[] = { sh, c, script, NULL };
	const struct sched_param param = { 0 };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t set;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	for (int i = 0; i < 4; i++) {
		posix_spawnattr_init(&attr);
		posix_spawnattr_setsigmask(&attr, &set);
		posix_spawnattr_setschedparam(&attr, &param);
		posix_spawnattr_setflags(&attr, flags[i]);
		posix_spawn_file_actions_init(&files);
		posix_spawn_file_actions_addchdir_np(&files, "/usr");
		posix_spawn_file_actions_addopen(&files, 5, "/etc/passwd",
		    O_RDONLY, 0);
		posix_spawn_file_actions_adddup2(&files, 5, 0);
		posix_spawn_file_actions_addclose(&files, 5);
		errno = posix_spawnp(&pid, "sh", &files, &attr, argv, environ);
		end_of_any("spawned", errno == 0 ? pid : -1, __WALL);
		posix_spawn_file_actions_destroy(&files);
		posix_spawnattr_destroy(&attr);
	}
	errno = posix_spawn(&pid, "/nonexistent", NULL, NULL, argv, environ);
	say("nothing", errno == 0 ? 0 : -1);
}

/* Each link of it is a child by vfork() that becomes this program. */
static void
chain(void)
{
	const char *left = getenv("CHAIN");
	int n = left == NULL ? LINKS : atoi(left);
	char next[16];
	pid_t pid;

	some_blocks();
	if (n == 0) {
		printf("the end\n");
		return;
	}
	snprintf(next, sizeof(next), "%d", n - 1);
	setenv("CHAIN", next, 1);
	fflush(stdout);
	pid = vfork();
	if (pid == 0) {
		execl(program, name, "chain", NULL);
		_exit(1);
	}
	end_of_any("link", pid, __WALL);
}

static int
put(const char *folder, const char *file, const char *text)
{
	char path[256];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n > 0 ? 0 : -1;
}

/* Runs this program with @then in a cgroup of its own. */
static void
in_cgroup(const char *kind, const char *limit, const char *to, const char *then)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	char folder[128], self[16];
	pid_t pid;

	snprintf(folder, sizeof(folder), "/sys/fs/cgroup/%s/diag-hazard.%d",
	    kind, getpid());
	if (mkdir(folder, 0700) != 0) {
		say("no cgroup", 0);
		return;
	}
	say(limit, put(folder, limit, to));
	pid = fork();
	if (pid == 0) {
		snprintf(self, sizeof(self), "%d", getpid());
		say("enter", put(folder, "cgroup.procs", self));
		execl(program, name, then, NULL);
		_exit(1);
	}
	end_of_any("inside", pid, __WALL);
	for (int i = 0; i < TRIES && rmdir(folder) != 0; i++)
		nanosleep(&moment, NULL);
}

static void
little_memory(void)
{
	in_cgroup("memory", "memory.limit_in_bytes", "67108864", "fill");
}

static void
few_processes(void)
{
	in_cgroup("pids", "pids.max", "4", "crowd");
}

/* Ended by the kernel. */
static void
fill(void)
{
	some_blocks();
	for (int i = 0; i < 300; i++) {
		char *p = malloc(MB);

		if (p != NULL)
			memset(p, 1, MB);
	}
	printf("no limit\n");
}

static void *
idle(void *arg)
{
	for (;;)
		syscall(SYS_pause);
	return arg;
}

static void
crowd(void)
{
	pthread_t t;
	int n = 0, err = 0;

	some_blocks();
	while (n < 10 && (err = pthread_create(&t, NULL, idle, NULL)) == 0)
		n++;
	printf("%d threads, then %s\n", n, strerror(err));
}

/* Another program under each limit. */
static void
limited(void)
{
	static const struct {
		const char *name;
		int what;
		rlim_t to;
	} limits[] = {
		{ "rtprio", RLIMIT_RTPRIO, 0 }, { "nice", RLIMIT_NICE, 0 },
		{ "queues", RLIMIT_MSGQUEUE, 0 }, { "rss", RLIMIT_RSS, 0 },
		{ "rttime", RLIMIT_RTTIME, 1000 }, { "core", RLIMIT_CORE, 0 },
		{ "locked", RLIMIT_MEMLOCK, 0 }, { "files", RLIMIT_FSIZE, 0 },
		{ "pending", RLIMIT_SIGPENDING, 0 },
		{ "stack", RLIMIT_STACK, 128 << 10 },
		{ "data", RLIMIT_DATA, 64 << 20 },
		{ "space", RLIMIT_AS, (rlim_t)2 << 30 },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit lim = { limits[i].to, limits[i].to };
		pid_t pid = fork();

		if (pid == 0) {
			setrlimit((unsigned)limits[i].what, &lim);
			execl(program, name, "quiet", NULL);
			_exit(1);
		}
		end_of_any(limits[i].name, pid, __WALL);
	}
}

static void *
work(void *arg)
{
	some_blocks();
	return arg;
}

static void
quiet(void)
{
	pthread_t t;
	void *p = malloc(500000);

	if (pthread_create(&t, NULL, work, NULL) == 0)
		pthread_join(t, NULL);
	exit(p == NULL ? 7 : 8);
}

static void
threads_at_exit(void)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, work, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	printf("late threads\n");
}

static void
late(void)
{
	atexit(threads_at_exit);
	some_blocks();
}

static const struct {
	const char *name;
	void (*run)(void);
} what[] = {
	{ "cloned", cloned }, { "raw", cloned_raw }, { "orphans", orphans },
	{ "spawned", spawned }, { "chain", chain },
	{ "memory", little_memory }, { "pids", few_processes },
	{ "fill", fill }, { "crowd", crowd }, { "limited", limited },
	{ "quiet", quiet }, { "late", late },
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
