/*
 * procfs - open files, relative to one directory of threads.
 */
#include "shim/proc/procfs.h"

#include <errno.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/dir.h"
#include "common/base/sys.h"
#include "shim/proc/cpus.h"

enum file { SELF_STAT, LOADAVG, PRESSURE, CPU_STAT, FILES };
enum { SMALL = 1024, NOT_TRIED = 0, NOT_THERE = -1 };

static uint32_t life;		/* counts diag threads; never 0 in use */
static pid_t life_tid;
static pid_t life_pid;
static int task_dir = -1;
static int files[FILES];	/* descriptor + 1, NOT_TRIED or NOT_THERE */
static unsigned kept, keep_max = PROCFS_KEPT;
static uint64_t reads;

uint64_t
procfs_reads(void)
{
	return reads;
}

/* The descriptors of an earlier diag thread ended with its table. */
static void
begin_life(pid_t tid, pid_t pid)
{
	life++;
	life_tid = tid;
	life_pid = pid;
	kept = 0;
	for (unsigned i = 0; i < FILES; i++)
		files[i] = NOT_TRIED;
	task_dir = sys_open("/proc/self/task",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
}

bool
procfs_begin(void)
{
	pid_t tid = sys_gettid();
	pid_t pid = sys_getpid();

	if (tid != life_tid || pid != life_pid)
		begin_life(tid, pid);
	return task_dir >= 0;
}

static int
open_thread(pid_t tid, const char *leaf)
{
	char path[48];
	struct buf b = BUF(path);

	buf_printf(&b, "%d/%s", (int)tid, leaf);
	return (int)sys_call4(SYS_openat, task_dir, buf_cstr(&b),
	    O_RDONLY | O_CLOEXEC, 0);
}

/* Reads a whole small file from its beginning. */
static ssize_t
read_start(int fd, char *to, size_t cap)
{
	ssize_t n;

	do
		n = sys_pread(fd, to, cap - 1, 0);
	while (n == -EINTR);
	to[n > 0 ? n : 0] = '\0';
	reads++;
	return n;
}

/* Reads a thread's file through *@slot, which keeps it open when @keep. */
static int
read_thread(pid_t tid, const char *leaf, struct procfs_thread *of, int *slot,
    bool keep, char *to, size_t cap)
{
	if (of->life != life)
		*of = (struct procfs_thread){ .life = life };

	int fd = *slot > 0 ? *slot - 1 : open_thread(tid, leaf);

	if (fd == -EMFILE)
		keep_max = kept / 2; /* the host's limit is low */
	if (fd < 0)
		return fd == -ENOENT ? -ESRCH : fd;

	ssize_t n = read_start(fd, to, cap);

	if (*slot == 0 && keep && n > 0 && kept < keep_max) {
		*slot = fd + 1;
		kept++;
	} else if (*slot == 0) {
		sys_close(fd);
	}
	return n > 0 ? 0 : n < 0 ? (int)n : -ESRCH;
}

static void
close_slot(int *slot)
{
	if (*slot <= 0)
		return;
	sys_close(*slot - 1);
	*slot = 0;
	kept--;
}

void
procfs_close(struct procfs_thread *of)
{
	if (of->life == life) {
		close_slot(&of->stat);
		close_slot(&of->schedstat);
	}
	*of = (struct procfs_thread){ .life = life };
}

int
procfs_stat(pid_t tid, struct procfs_thread *of, bool keep,
    struct proc_stat *out)
{
	char text[SMALL];
	int err = read_thread(tid, "stat", of, &of->stat, keep, text,
	    sizeof(text));

	if (err != 0)
		return err;
	return proc_stat_parse(text, out) ? 0 : -EINVAL;
}

int
procfs_schedstat(pid_t tid, struct procfs_thread *of, bool keep,
    struct procfs_sched *out)
{
	char text[128];
	int err = read_thread(tid, "schedstat", of, &of->schedstat, keep,
	    text, sizeof(text));

	if (err != 0)
		return err;
	return procfs_parse_schedstat(text, out) ? 0 : -EINVAL;
}

static bool
read_once(pid_t tid, const char *leaf, char *to, size_t cap)
{
	int fd = open_thread(tid, leaf);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read_start(fd, to, cap);
	sys_close(fd);
	return n > 0;
}

bool
procfs_switches(pid_t tid, uint64_t *voluntary, uint64_t *involuntary)
{
	char text[4 * SMALL];

	return read_once(tid, "status", text, sizeof(text)) &&
	    proc_field(text, "voluntary_ctxt_switches:", voluntary) &&
	    proc_field(text, "nonvoluntary_ctxt_switches:", involuntary);
}

uint64_t
procfs_clock(pid_t tid)
{
	enum { PER_THREAD = 4, SCHED = 2 };
	struct timespec ts;
	long clock = (long)(~(unsigned)tid << 3 | PER_THREAD | SCHED);

	if (sys_call2(SYS_clock_gettime, (int)clock, &ts) != 0)
		return 0;
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

bool
procfs_syscall(pid_t tid, long *nr, uint64_t *first)
{
	char text[256];

	return read_once(tid, "syscall", text, sizeof(text)) &&
	    procfs_parse_syscall(text, nr, first);
}

bool
procfs_blocked(pid_t tid, struct procfs_blocked *out)
{
	char text[256];

	return read_once(tid, "syscall", text, sizeof(text)) &&
	    procfs_parse_blocked(text, out);
}

static int
open_file(enum file f)
{
	static const char *const path[FILES] = {
		[SELF_STAT] = "/proc/thread-self/stat",
		[LOADAVG] = "/proc/loadavg",
		[PRESSURE] = "/proc/pressure/cpu",
	};
	char name[CPUS_PATH_MAX + 16];
	struct buf b = BUF(name);
	int version;

	if (f != CPU_STAT)
		return sys_open(path[f], O_RDONLY | O_CLOEXEC, 0);
	if (!cpus_cgroup(name, CPUS_PATH_MAX, &version))
		return -ENOENT;
	while (name[b.len] != '\0')
		b.len++;
	buf_str(&b, "/cpu.stat");
	return sys_open(buf_cstr(&b), O_RDONLY | O_CLOEXEC, 0);
}

/* Reads one of the files that stay open; what is not there at first is not
 * asked for again. */
static bool
read_file(enum file f, char *to, size_t cap)
{
	if (files[f] == NOT_TRIED) {
		int fd = open_file(f);

		files[f] = fd < 0 ? NOT_THERE : fd + 1;
	}
	return files[f] > 0 && read_start(files[f] - 1, to, cap) > 0;
}

/* The whole process's stat would have the kernel add up all threads' times;
 * this thread's has the same count. */
unsigned
procfs_thread_count(void)
{
	char text[SMALL];
	struct proc_stat st;

	if (!read_file(SELF_STAT, text, sizeof(text)) ||
	    !proc_stat_parse(text, &st))
		return 0;
	return (unsigned)st.num_threads;
}

bool
procfs_runnable(uint64_t *n)
{
	char text[128];

	return read_file(LOADAVG, text, sizeof(text)) &&
	    procfs_parse_runnable(text, n);
}

bool
procfs_pressure(uint64_t *hundredths)
{
	char text[256];

	return read_file(PRESSURE, text, sizeof(text)) &&
	    procfs_parse_pressure(text, hundredths);
}

bool
procfs_throttled(uint64_t *ns)
{
	char text[SMALL];

	return read_file(CPU_STAT, text, sizeof(text)) &&
	    procfs_parse_throttled(text, ns);
}

struct tids {
	procfs_tid_fn see;
	void *arg;
};

static bool
see_tid(const char *name, void *arg)
{
	const struct tids *t = arg;
	uint64_t tid;

	if (parse_u64(&name, &tid) && tid != 0)
		t->see((pid_t)tid, t->arg);
	return true;
}

bool
procfs_each_tid(procfs_tid_fn see, void *arg)
{
	static uint64_t room[2048];
	struct tids t = { see, arg };

	return sys_call3(SYS_lseek, task_dir, 0, SEEK_SET) == 0 &&
	    dir_each(task_dir, room, sizeof(room), see_tid, &t);
}
