/*
 * hazard_identity - a process that changes who and where it is while threads
 * of its own are there.
 *
 *	hazard_identity WHAT
 *
 * Where a step needs more rights than there are, it prints what the kernel
 * said; that is the same with and without us.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 3, NOBODY = 65534 };

static volatile int done;

static void
linger(void)
{
	const struct timespec ts = { .tv_nsec = 60000000 };
	void *p = malloc(100);

	nanosleep(&ts, NULL);
	free(p);
}

static void *
stay(void *arg)
{
	while (!done)
		linger();
	return arg;
}

static void
say(const char *what, int ret)
{
	printf("%s: %s\n", what, ret >= 0 ? "done" : strerror(errno));
	fflush(stdout);
}

/* Without the two signals that libc keeps for itself, 32 and 33: the first
 * thread of a process, diag's too, has libc unblock and handle the second. */
static void
put_mask(const char *line)
{
	unsigned long long mask = strtoull(strchr(line, ':') + 1, NULL, 16);

	printf("%.6s: %llx\n", line, mask & ~0x180000000ull);
}

static void
lines_of_ids(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "SigBlk", 6) == 0 ||
		    strncmp(line, "SigIgn", 6) == 0)
			put_mask(line);
		else if (strncmp(line, "Uid", 3) == 0 ||
		    strncmp(line, "Gid", 3) == 0 ||
		    strncmp(line, "NoNew", 5) == 0 ||
		    strncmp(line, "Umask", 5) == 0)
			fputs(line, stdout);
	if (f != NULL)
		fclose(f);
}

/* libc asks every thread to follow, with a signal, and waits for each. */
static void
drop_rights(void)
{
	say("setgroups", setgroups(0, NULL));
	say("setresgid", setresgid(NOBODY, NOBODY, NOBODY));
	say("setresuid", setresuid(NOBODY, NOBODY, NOBODY));
	lines_of_ids();
}

static void
back_and_forth(void)
{
	for (int i = 0; i < 200; i++) {
		if (seteuid(NOBODY) != 0 || seteuid(0) != 0)
			break;
		free(malloc((size_t)i));
	}
	say("seteuid", seteuid(getuid()));
	lines_of_ids();
}

/* Capabilities belong to the thread that raises, keeps or drops them: setpriv,
 * named and chronyd give up their rights like this. */
static void
keep_rights(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3,
	    0 };
	struct __user_cap_data_struct data[2];

	say("keep", prctl(PR_SET_KEEPCAPS, 1));
	say("setresuid", setresuid(NOBODY, NOBODY, NOBODY));
	say("capget", (int)syscall(SYS_capget, &head, data));
	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted;
	say("capset", (int)syscall(SYS_capset, &head, data));
	linger();
	say("setgroups", setgroups(0, NULL));
	say("initgroups", initgroups("nobody", NOBODY));
	say("setresgid", setresgid(NOBODY, NOBODY, NOBODY));
	say("setegid", setegid(0));
	say("setgid", setgid(NOBODY));
	say("setuid", setuid(1));
	lines_of_ids();
}

static void
change_folders(void)
{
	char dir[] = "/tmp/diag-hazard.XXXXXX";
	int outside = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (outside < 0 || mkdtemp(dir) == NULL)
		return;
	say("chdir", chdir(dir));
	umask(027);
	say("chroot", chroot(dir));
	linger();
	say("rmdir", unlinkat(outside, strrchr(dir, '/') + 1, AT_REMOVEDIR));
	close(outside);
	lines_of_ids();
}

static void
own_user(void)
{
	say("unshare user", unshare(CLONE_NEWUSER));
	linger();
	lines_of_ids();
}

static void
own_mounts(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	say("unshare mounts", unshare(CLONE_NEWNS | CLONE_FS));
	linger();
	say("setns", setns(fd, CLONE_NEWNS));
	close(fd);
	linger();
}

static void
own_processes(void)
{
	pid_t pid;
	int status = 0;

	say("unshare processes", unshare(CLONE_NEWPID));
	pid = fork();
	if (pid == 0) {
		linger();
		_exit(getpid() == 1 ? 11 : 12);
	}
	waitpid(pid, &status, 0);
	printf("child: %d\n", WEXITSTATUS(status));
}

static void
be_a_daemon(void)
{
	fflush(stdout);
	say("daemon", daemon(0, 1));
	linger();
	printf("%d %d\n", getsid(0) == getpid(), getppid() != getpid());
}

static void
ask_prctl(void)
{
	char name[32] = "";

	say("name", prctl(PR_SET_NAME, "another"));
	prctl(PR_GET_NAME, name);
	printf("%s\n", name);
	say("not dumpable", prctl(PR_SET_DUMPABLE, 0));
	linger();
	printf("%d\n", prctl(PR_GET_DUMPABLE));
	say("keep caps", prctl(PR_SET_KEEPCAPS, 1));
	printf("%d\n", prctl(PR_GET_KEEPCAPS));
	say("slack", prctl(PR_SET_TIMERSLACK, 1000));
	printf("%d\n", prctl(PR_GET_TIMERSLACK));
	say("death", prctl(PR_SET_PDEATHSIG, SIGTERM));
	say("reaper", prctl(PR_SET_CHILD_SUBREAPER, 1));
	say("nonsense", prctl(1234567, 1, 2, 3, 4));
	lines_of_ids();
}

static const struct {
	const char *name;
	int threads;
	void (*run)(void);
} steps[] = {
	{ "drop", THREADS, drop_rights },
	{ "seteuid", THREADS, back_and_forth },
	{ "caps", 0, keep_rights },
	{ "folders", THREADS, change_folders },
	{ "user", 0, own_user },
	{ "user_threads", THREADS, own_user },
	{ "mounts", 0, own_mounts },
	{ "processes", 0, own_processes },
	{ "daemon", 0, be_a_daemon },
	{ "prctl", THREADS, ask_prctl },
};

static int
run(unsigned which)
{
	pthread_t t[THREADS];

	for (int i = 0; i < steps[which].threads; i++)
		if (pthread_create(&t[i], NULL, stay, NULL) != 0)
			return 1;
	linger();
	steps[which].run();
	linger();
	done = 1;
	for (int i = 0; i < steps[which].threads; i++)
		pthread_join(t[i], NULL);
	printf("end\n");
	return 5;
}

int
main(int argc, char **argv)
{
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (argc > 1 && strcmp(steps[i].name, argv[1]) == 0)
			return run(i);
	return 99;
}
