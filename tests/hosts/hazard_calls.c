/*
 * hazard_calls - ways of starting, limiting and ending processes that few
 * programs use.
 *
 *	hazard_calls WHAT
 *
 * What a step is not allowed to do here is printed as the kernel says it, which
 * is the same with and without us.
 */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/hosts/hazard.h"

extern char **environ;

static void *volatile kept;
static pthread_key_t key;
static char sh[] = "sh", dash_c[] = "-c", seven[] = "exit 7";
static char look[] = "echo in a child";
static char true_name[] = "true";

/* A child by vfork, made in a handler, that becomes another program. */
static void
run_in_handler(int sig)
{
	static char *const argv[] = { sh, dash_c, seven, NULL };
	int saved = errno;
	pid_t pid = vfork();

	(void)sig;
	if (pid == 0) {
		execv("/bin/sh", argv);
		_exit(127);
	}
	end_of("vfork", pid);
	errno = saved;
}

static void
vfork_handler(void)
{
	struct sigaction act = { .sa_handler = run_in_handler };

	sigaction(SIGUSR1, &act, NULL);
	for (int i = 0; i < 5; i++) {
		some_blocks();
		raise(SIGUSR1);
	}
}

/* Past libc: its handlers at fork do not run. */
static void
raw_children(void)
{
	uint64_t args[11] = { 0, 0, 0, 0, SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_fork);

	for (int i = 0; i < 3; i++) {
		if (pid == 0) {
			some_blocks();
			_exit(30 + i);
		}
		end_of("raw child", pid);
		pid = i == 0 ? (pid_t)syscall(SYS_clone3, args, sizeof(args)) :
		    i == 1 ? _Fork() : 0;
	}
	some_blocks();
}

static void
spawned(void)
{
	static char *const argv[] = { sh, dash_c, look, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all;
	pid_t pid;

	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSID);
	errno = posix_spawn(&pid, "/bin/sh", &files, &attr, argv, environ);
	end_of("spawned", errno == 0 ? pid : -1);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
}

/* exec without a name, without arguments, without an environment. */
static void
strange_exec(void)
{
	char *const none[] = { NULL };
	static char *const argv[] = { true_name, NULL };

	for (int i = 0; i < 4; i++) {
		pid_t pid = fork();
		int fd;

		if (pid == 0) {
			some_blocks();
			fd = open("/bin/true", O_RDONLY | O_CLOEXEC);
			if (i == 0)
				fexecve(fd, argv, environ);
			else if (i == 1)
				execveat(fd, "", argv, none, AT_EMPTY_PATH);
			else if (i == 2)
				execve("/bin/true", none, none);
			else
				execve("/nonexistent", argv, NULL);
			_exit(errno == ENOENT ? 20 : 21);
		}
		end_of("exec", pid);
	}
}

static void
limited(int what, const char *name, rlim_t to)
{
	struct rlimit lim = { to, to };
	pid_t pid = fork();

	if (pid == 0) {
		if (setrlimit(what, &lim) != 0)
			_exit(40);
		some_blocks();
		kept = malloc(100000);
		_exit(kept == NULL ? 41 : 42);
	}
	end_of(name, pid);
}

static void
limits(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	limited(RLIMIT_NOFILE, "nofile 3", 3);
	limited(RLIMIT_NOFILE, "nofile 0", 0);
	limited(RLIMIT_STACK, "stack 64k", 65536);
	limited(RLIMIT_FSIZE, "fsize 0", 0);
	limited(RLIMIT_DATA, "data 1g", 1 << 30);
	limited(RLIMIT_AS, "as 1g", 1 << 30);
	limited(RLIMIT_MEMLOCK, "memlock 0", 0);
	limited(RLIMIT_NPROC, "nproc 1", 1);
	limited(RLIMIT_SIGPENDING, "sigpending 0", 0);
	limited(RLIMIT_CPU, "cpu 50", 50);
}

static void
locked_memory(void)
{
	say("mlockall", mlockall(MCL_CURRENT | MCL_FUTURE));
	some_blocks();
	say("munlockall", munlockall());
}

static void
on_timer(union sigval v)
{
	some_blocks();
	if (__atomic_add_fetch((int *)v.sival_ptr, 1, __ATOMIC_SEQ_CST) == 1)
		kept = malloc(10);
}

/* Threads that libc makes for itself. */
static void
helper_threads(void)
{
	static int fired;
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD };
	struct itimerspec often = { { 0, 2000000 }, { 0, 2000000 } };
	struct aiocb cb = { 0 };
	const struct aiocb *list[] = { &cb };
	char data[64];
	timer_t t;

	ev.sigev_notify_function = on_timer;
	ev.sigev_value.sival_ptr = &fired;
	say("timer_create", timer_create(CLOCK_MONOTONIC, &ev, &t));
	timer_settime(t, 0, &often, NULL);
	while (__atomic_load_n(&fired, __ATOMIC_SEQ_CST) < 20)
		some_blocks();
	timer_delete(t);
	cb.aio_fildes = open("/proc/self/exe", O_RDONLY);
	cb.aio_buf = data;
	cb.aio_nbytes = sizeof(data);
	say("aio_read", aio_read(&cb));
	aio_suspend(list, 1, NULL);
	printf("aio: %zd\n", aio_return(&cb));
}

static void
all_signals_waited_for(void)
{
	struct signalfd_siginfo info;
	sigset_t all;
	int fd, sig;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	fd = signalfd(-1, &all, SFD_CLOEXEC);
	for (int i = 1; i < 32; i++) {
		if (i == SIGKILL || i == SIGSTOP || i == SIGCONT)
			continue;
		some_blocks();
		kill(getpid(), i);
		if (i % 2 == 0) {
			sigwait(&all, &sig);
			printf("%d ", sig);
		} else if (read(fd, &info, sizeof(info)) == sizeof(info)) {
			printf("%u ", info.ssi_signo);
		}
	}
	printf("waited for\n");
}

static void
in_fork(void)
{
	some_blocks();
}

static void
at_end(void)
{
	pid_t pid;

	some_blocks();
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(5);
	end_of("fork in atexit", pid);
}

static void
end_of_thread(void *value)
{
	static __thread int rounds;

	some_blocks();
	if (++rounds < 4)
		pthread_setspecific(key, value);
}

static void *
thread_with_key(void *arg)
{
	pthread_setspecific(key, &key);
	return arg;
}

static void
handlers_that_allocate(void)
{
	pthread_t t;

	pthread_atfork(in_fork, in_fork, in_fork);
	atexit(at_end);
	pthread_key_create(&key, end_of_thread);
	for (int i = 0; i < 20; i++) {
		pthread_create(&t, NULL, thread_with_key, NULL);
		pthread_join(t, NULL);
	}
	end_of("fork", fork() ?: (_exit(6), 0));
}

/* A child stops, goes on, and is waited for by everybody's name.  It ends
   when the parent has seen it go on. */
static void
stopped(void)
{
	struct timespec ts = { .tv_nsec = 30000000 };
	int status, seen = 0, ends[2];
	pid_t pid = -1;

	if (pipe(ends) == 0 && (pid = fork()) == 0) {
		some_blocks();
		raise(SIGSTOP);
		some_blocks();
		_exit(read(ends[0], &status, 1) == 1 ? 9 : 1);
	}
	while (waitpid(-1, &status, WUNTRACED | WCONTINUED | __WALL) > 0) {
		seen++;
		if (WIFSTOPPED(status)) {
			printf("stopped by %d\n", WSTOPSIG(status));
			nanosleep(&ts, NULL);
			kill(pid, SIGCONT);
		} else if (WIFCONTINUED(status)) {
			printf("goes on %zd\n", write(ends[1], "", 1));
		} else if (WIFEXITED(status)) {
			printf("status %d\n", WEXITSTATUS(status));
		}
	}
	printf("%d changes, then %s\n", seen, strerror(errno));
}

/* The mapping where our heap's addresses are asked for. */
static void
mappings(void)
{
	char *low = mmap((void *)0x10000000, 1 << 20, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	char *ours = mmap((void *)0x300000000000, 1ul << 36, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	printf("low %d, hint %d\n", low == (char *)0x10000000,
	    ours != MAP_FAILED);
	some_blocks();
	for (int i = 0; i < 40; i++) {
		char *p = malloc(1 << 20);

		memset(p, i, 1 << 20);
		if (i % 3 == 0)
			free(p);
	}
	say("personality", personality(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC));
	some_blocks();
}

static void
flags_of_the_process(void)
{
	char name[16] = "";

	say("name", prctl(PR_SET_NAME, "another"));
	prctl(PR_GET_NAME, name);
	printf("%s\n", name);
	say("pdeathsig", prctl(PR_SET_PDEATHSIG, SIGTERM));
	say("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	say("dumpable", prctl(PR_SET_DUMPABLE, 0));
	say("timerslack", prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0));
	say("subreaper", prctl(PR_SET_CHILD_SUBREAPER, 1));
	some_blocks();
	printf("%ld %ld\n", (long)prctl(PR_GET_TIMERSLACK),
	    (long)prctl(PR_GET_DUMPABLE));
	clearenv();
	some_blocks();
	printf("%s\n", getenv("DIAG") == NULL ? "none" : "some");
}

/* A parent that looks at each of the child's calls. */
static void
traced(void)
{
	int status, stops = 0;
	pid_t pid = fork();

	if (pid == 0) {
		say("traceme", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
		raise(SIGUSR2);
		some_blocks();
		_exit(12);
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int sig = WSTOPSIG(status);

		stops += sig == SIGUSR2;
		if (ptrace(PTRACE_CONT, pid, NULL, sig == SIGUSR2 ? 0 : sig) !=
		    0)
			break;
	}
	printf("stops %d, status %d\n", stops, WEXITSTATUS(status));
}

/* Ended by a signal on a signal stack that has no room for a report. */
static void
small_signal_stack(void)
{
	size_t size = (size_t)sysconf(_SC_MINSIGSTKSZ);
	char *area = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t ss = { 0 };

	size = (size + 4095) & ~(size_t)4095;
	mprotect(area, 65536 - size, PROT_NONE);
	ss.ss_sp = area + 65536 - size;
	ss.ss_size = size;
	some_blocks();
	say("sigaltstack", sigaltstack(&ss, NULL));
	raise(SIGTERM);
}

static void *
exit_here(void *arg)
{
	some_blocks();
	if (arg != NULL)
		_exit(17);
	exit(18);
}

/* Ended by a thread with the smallest of stacks. */
static void
small_thread(void)
{
	pthread_attr_t attr;
	pthread_t t;

	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			pthread_attr_init(&attr);
			pthread_attr_setstacksize(&attr,
			    (size_t)PTHREAD_STACK_MIN);
			pthread_create(&t, &attr, exit_here,
			    i == 0 ? NULL : &key);
			for (;;)
				pause();
		}
		end_of("a small thread", pid);
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} what[] = {
	{ "vfork", vfork_handler }, { "raw", raw_children },
	{ "spawn", spawned }, { "exec", strange_exec }, { "limits", limits },
	{ "mlock", locked_memory }, { "helpers", helper_threads },
	{ "sigwait", all_signals_waited_for },
	{ "handlers", handlers_that_allocate }, { "stop", stopped },
	{ "maps", mappings }, { "flags", flags_of_the_process },
	{ "traced", traced }, { "smallstack", small_signal_stack },
	{ "smallthread", small_thread },
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
