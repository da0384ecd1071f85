/*
 * inject - makes one system call of libdiag's fail, and no other.
 *
 *	inject KIND N REPORT -- HOST [ARG]...
 *
 * Runs HOST under ptrace with all its threads and forked children.  Calls are
 * counted that are made from libdiag's own text and are of the kind, without
 * those that serve the host's heap; the N-th (from 1; 0: none) is not made and
 * answers with the kind's error.  Of threads, those are counted that the
 * library starts: before the host's main (which begins with a mark, see
 * fault_host.c), and in forked children.  REPORT gets a line: how many calls
 * there were, up to the one that failed, and whether one was made to fail.
 * Ends as HOST ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fault/fault.h"

enum { TASKS = 256, CALLS = 12 };

/* The host's heap: shim/state/state.h. */
#define WINDOW_BASE 0x300000000000ull
#define WINDOW_END 0x340000000000ull

static const struct kind {
	const char *name;
	int error;	/* 0: half of what was to be written is */
	long call[CALLS];
} kinds[] = {
	{ "mmap", ENOMEM, { SYS_mmap } },
	{ "memory", ENOMEM, { SYS_madvise, SYS_mprotect, SYS_mincore } },
	{ "open", EMFILE, { SYS_openat, SYS_open } },
	{ "read", EIO, { SYS_read, SYS_pread64, SYS_getdents64, SYS_readlink,
	    SYS_readlinkat } },
	{ "stat", EIO, { SYS_fstat, SYS_newfstatat, SYS_lseek } },
	{ "write", ENOSPC, { SYS_write, SYS_pwrite64, SYS_pwritev2,
	    SYS_sendto, SYS_sendmsg } },
	{ "short", 0, { SYS_write, SYS_pwrite64 } },
	{ "again", EINTR, { SYS_write, SYS_pwrite64, SYS_pwritev2,
	    SYS_ppoll, SYS_poll, SYS_nanosleep } },
	{ "file", EPERM, { SYS_ftruncate, SYS_fallocate, SYS_fcntl, SYS_dup3,
	    SYS_unlink, SYS_getcwd } },
	{ "clone", EAGAIN, { SYS_clone, SYS_clone3 } },
	{ "thread", EPERM, { SYS_unshare, SYS_close_range, SYS_prctl,
	    SYS_sched_setscheduler, SYS_sched_getscheduler,
	    SYS_sched_getaffinity, SYS_prlimit64, SYS_sigaltstack,
	    SYS_getrusage } },
	{ "stack", EFAULT, { SYS_rt_sigprocmask, SYS_process_vm_readv } },
	{ "clock", EINVAL, { SYS_clock_gettime } },
};

static const struct kind *kind;
static unsigned long nth, counted;
static bool failed;
static uint64_t text_low, text_high;
static pid_t host;
static bool host_began;
static int host_status;

/* A thread whose call is not made, until the kernel has answered it. */
static struct task {
	pid_t tid;
	bool failing, started;
} tasks[TASKS];

static void
die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(99);
}

static struct task *
task_of(pid_t tid)
{
	struct task *empty = NULL;

	for (unsigned i = 0; i < TASKS; i++) {
		if (tasks[i].tid == tid)
			return &tasks[i];
		if (tasks[i].tid == 0 && empty == NULL)
			empty = &tasks[i];
	}
	if (empty == NULL)
		die("too many threads");
	*empty = (struct task){ .tid = tid };
	return empty;
}

/* Where the library's code lies, as soon as it is mapped. */
static void
find_text(pid_t pid)
{
	char path[64], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		unsigned long low, high;
		char x;

		if (strstr(line, "/libdiag.so") == NULL || sscanf(line,
		    "%lx-%lx %*c%*c%c", &low, &high, &x) != 3 || x != 'x')
			continue;
		text_low = low;
		text_high = high;
	}
	if (f != NULL)
		fclose(f);
}

static bool
is_of_kind(long nr)
{
	for (unsigned i = 0; i < CALLS; i++)
		if (kind->call[i] == nr && (nr != 0 || i == 0))
			return true;
	return false;
}

/* A question whether memory can be read (shim/stack/bounds.c), no mask. */
static bool
is_mask(const struct user_regs_struct *r)
{
	return r->orig_rax == SYS_rt_sigprocmask && (int)r->rdi >= 0;
}

static bool
serves_heap(const struct user_regs_struct *r)
{
	switch (r->orig_rax) {
	case SYS_mmap:
	case SYS_madvise:
	case SYS_mprotect:
		return r->rdi >= WINDOW_BASE && r->rdi < WINDOW_END;
	default:
		return false;
	}
}

/* A thread that the host did not ask for. */
static bool
starts_our_thread(pid_t tid, const struct user_regs_struct *r)
{
	uint64_t flags = r->rdi;

	if (r->orig_rax == SYS_clone3)
		flags = (uint64_t)ptrace(PTRACE_PEEKDATA, tid, r->rdi, 0);
	if ((flags & CLONE_THREAD) == 0)
		return false;
	/* Forked children of the test's host start none. */
	return !host_began || task_of(tid)->started;
}

static bool
is_ours(pid_t tid, const struct user_regs_struct *r)
{
	if (r->rip >= text_low && r->rip < text_high)
		return !serves_heap(r) && !is_mask(r);
	return (r->orig_rax == SYS_clone || r->orig_rax == SYS_clone3) &&
	    starts_our_thread(tid, r);
}

/* The call is about to be made. */
static void
enter(pid_t tid, struct user_regs_struct *r)
{
	if (text_low == 0)
		find_text(tid);
	if (r->orig_rax == FAULT_MARK_CALL && r->rdi == FAULT_MARK)
		host_began = true;
	if (text_low == 0 || !is_of_kind((long)r->orig_rax) ||
	    !is_ours(tid, r) || ++counted != nth)
		return;
	failed = true;
	if (kind->error == 0)
		r->rdx -= r->rdx / 2;
	else
		r->orig_rax = (unsigned long long)-1;
	task_of(tid)->failing = kind->error != 0;
	ptrace(PTRACE_SETREGS, tid, 0, r);
}

/* The kernel has answered the call that was not made. */
static void
answer(pid_t tid)
{
	struct user_regs_struct r;

	task_of(tid)->failing = false;
	if (ptrace(PTRACE_GETREGS, tid, 0, &r) != 0)
		return;
	r.rax = (unsigned long long)-kind->error;
	ptrace(PTRACE_SETREGS, tid, 0, &r);
}

static void
on_call(pid_t tid)
{
	struct user_regs_struct r;
	struct __ptrace_syscall_info info;

	if (failed) {
		if (task_of(tid)->failing)
			answer(tid);
		return;
	}
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) < 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	if ((text_low == 0 || is_of_kind((long)info.entry.nr) ||
	    info.entry.nr == FAULT_MARK_CALL) &&
	    ptrace(PTRACE_GETREGS, tid, 0, &r) == 0)
		enter(tid, &r);
}

/* A new child of the host's: not a thread. */
static void
on_fork(pid_t parent)
{
	unsigned long child;

	if (ptrace(PTRACE_GETEVENTMSG, parent, 0, &child) == 0)
		task_of((pid_t)child)->started = true;
}

static void
on_stop(pid_t tid, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	if (sig == (SIGTRAP | 0x80)) {
		on_call(tid);
		sig = 0;
	} else if (event != 0) {
		if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK)
			on_fork(tid);
		sig = 0;
	} else if (sig == SIGSTOP) {
		task_of(tid);
		sig = 0;
	}
	/* What comes after the call that failed is nobody's concern. */
	ptrace(failed && !task_of(tid)->failing ? PTRACE_CONT :
	    PTRACE_SYSCALL, tid, 0, sig);
}

static void
trace(void)
{
	int status;
	pid_t tid;

	if (waitpid(host, &status, __WALL) != host || !WIFSTOPPED(status))
		die("the host");
	ptrace(PTRACE_SETOPTIONS, host, 0, PTRACE_O_TRACESYSGOOD |
	    PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
	    PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
	ptrace(PTRACE_SYSCALL, host, 0, 0);
	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			on_stop(tid, status);
			continue;
		}
		task_of(tid)->tid = 0;
		if (tid == host)
			host_status = status;
	}
}

static void
report(const char *path)
{
	FILE *f = fopen(path, "we");

	if (f == NULL || fprintf(f, "%lu %d\n", counted, failed) < 0 ||
	    fclose(f) != 0)
		die(path);
}

int
main(int argc, char **argv)
{
	for (unsigned i = 0; argc > 5 && i < sizeof(kinds) / sizeof(kinds[0]);
	    i++)
		if (strcmp(kinds[i].name, argv[1]) == 0)
			kind = &kinds[i];
	if (kind == NULL || strcmp(argv[4], "--") != 0) {
		fprintf(stderr, "usage: inject KIND N REPORT -- HOST...\n");
		return 99;
	}
	nth = strtoul(argv[2], NULL, 10);
	host = fork();
	if (host == 0) {
		setenv("LD_PRELOAD", getenv("DIAG_LIB"), 1);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execv(argv[5], argv + 5);
		_exit(127);
	}
	trace();
	report(argv[3]);
	return WIFSIGNALED(host_status) ? 128 + WTERMSIG(host_status) :
	    WEXITSTATUS(host_status);
}
