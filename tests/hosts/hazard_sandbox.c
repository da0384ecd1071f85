/*
 * hazard_sandbox - gives rights away and goes on with what is left.
 *
 *	hazard_sandbox prctl|syscall|thread|strict
 *	hazard_sandbox exit|_exit|signal
 *
 * The last three end by libc's own ways, or change a signal's handling before
 * that.  After warming up it may make the system calls that it needs itself and
 * no other; the kernel kills it at the first one too many.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ALLOW(nr) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW(SYS_write),
	ALLOW(SYS_mlockall),
	ALLOW(SYS_clock_nanosleep),
	ALLOW(SYS_futex),
	ALLOW(SYS_rt_sigreturn),
	ALLOW(SYS_rt_sigaction),
	ALLOW(SYS_exit),
	ALLOW(SYS_exit_group),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};

static const struct sock_fprog program = {
	.len = sizeof(filter) / sizeof(filter[0]),
	.filter = filter,
};

/* Blocks that are there and go round, as a parser's do. */
static void
work(unsigned rounds)
{
	static void *slot[64];

	for (unsigned i = 0; i < rounds; i++) {
		free(slot[i % 64]);
		slot[i % 64] = malloc(16 + i % 512);
		memset(slot[i % 64], (int)i, 16);
	}
}

static int
enter(const char *how)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return 1;
	if (strcmp(how, "strict") == 0)
		return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0;
	if (strcmp(how, "syscall") == 0)
		return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
		    &program) != 0;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0;
}

static void
say(const char *text)
{
	if (write(1, text, strlen(text)) < 0)
		_exit(9);
}

static void
confined(const char *how)
{
	const struct timespec moment = { .tv_nsec = 10000000 };

	if (strcmp(how, "strict") != 0)
		say(mlockall(MCL_CURRENT) == 0 ? "locked\n" : "not locked\n");
	for (int i = 0; i < 40; i++) {
		work(500);
		if (strcmp(how, "strict") != 0)
			nanosleep(&moment, NULL);
	}
	say("confined\n");
}

static void *
confine_thread(void *arg)
{
	work(5000);
	if (enter("prctl") != 0)
		say("refused\n");
	confined(arg);
	syscall(SYS_exit, 0);
	return NULL;
}

int
main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "prctl";
	pthread_t t;

	work(5000);
	say("warm\n");
	if (strcmp(how, "thread") == 0) {
		if (pthread_create(&t, NULL, confine_thread, argv[1]) != 0)
			return 1;
		pthread_join(t, NULL);
		work(5000);
		return 5;
	}
	if (enter(how) != 0)
		return 2;
	confined(how);
	if (strcmp(how, "exit") == 0)
		exit(6);
	if (strcmp(how, "_exit") == 0)
		_exit(7);
	if (strcmp(how, "signal") == 0 && signal(SIGUSR1, SIG_IGN) == SIG_ERR)
		return 8;
	syscall(SYS_exit, 3);
	return 4;
}
