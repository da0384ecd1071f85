/*
 * cpus - how many CPUs this process may use.
 */
#include "shim/proc/cpus.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/proc.h"
#include "common/base/sys.h"
#include "shim/ticker/ticker.h"

enum { MASK_WORDS = 128 };	/* 8192 CPUs, more than Linux knows */

#define QUOTA_PERIOD_NS (10 * NS_PER_S)

static _Atomic uint64_t quota = UINT64_MAX;	/* hundredths */
static uint64_t next_look_ns;			/* the diag thread's */

/* Where the hierarchies are usually mounted, the usual ones first. */
static const char *const mounts_v2[] = {
	"/sys/fs/cgroup", "/sys/fs/cgroup/unified",
};
static const char *const mounts_v1[] = {
	"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct",
};

static uint64_t
affinity(void)
{
	uint64_t mask[MASK_WORDS];
	long n = sys_call3(SYS_sched_getaffinity, sys_getpid(), sizeof(mask),
	    mask);
	uint64_t count = 0;

	for (long i = 0; i < n / 8; i++)
		count += (uint64_t)__builtin_popcountll(mask[i]);
	return count != 0 ? count : 1;
}

/* True when the comma-separated list [@at, @end) has "cpu" in it. */
static bool
has_cpu(const char *at, const char *end)
{
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));

		if (comma == NULL)
			comma = end;
		if (comma - at == 3 && memcmp(at, "cpu", 3) == 0)
			return true;
		at = comma + 1;
	}
	return false;
}

/* One line, "4:cpu,cpuacct:/path" or "0::/path": the version, or 0. */
static int
parse_line(const char *at, const char *end, char *path, size_t cap)
{
	const char *list = memchr(at, ':', (size_t)(end - at)), *from;
	size_t n;
	int version;

	if (list == NULL)
		return 0;
	list++;
	from = memchr(list, ':', (size_t)(end - list));
	if (from == NULL)
		return 0;
	version = from == list ? 2 : has_cpu(list, from) ? 1 : 0;
	n = (size_t)(end - ++from);
	if (version == 0 || n >= cap)
		return 0;
	memcpy(path, from, n);
	path[n] = '\0';
	return version;
}

int
cpus_parse_cgroup(const char *text, char *path, size_t cap)
{
	char found[CPUS_PATH_MAX];
	int best = 0;

	path[0] = '\0';
	/* Where both hierarchies are there, the old one has the controller. */
	while (*text != '\0' && best != 1) {
		size_t n = strcspn(text, "\n");
		int version = parse_line(text, text + n, found,
		    MIN(sizeof(found), cap));

		if (version != 0) {
			best = version;
			memcpy(path, found, strlen(found) + 1);
		}
		text += n;
		text += *text == '\n';
	}
	return best;
}

/* @used of each @period microseconds, as hundredths of a CPU. */
static uint64_t
share(uint64_t used, uint64_t period)
{
	if (period == 0 || used > UINT64_MAX / 100)
		return UINT64_MAX;
	return MAX(used * 100 / period, 1);
}

uint64_t
cpus_parse_max(const char *text)
{
	uint64_t used, period;

	if (!parse_u64(&text, &used) || !parse_u64(&text, &period))
		return UINT64_MAX;
	return share(used, period);
}

static bool
read_in(const char *dir, const char *name, char *to, size_t cap)
{
	char path[CPUS_PATH_MAX + 64];
	struct buf b = BUF(path);

	buf_printf(&b, "%s/%s", dir, name);
	return proc_read(buf_cstr(&b), to, cap) > 0;
}

static uint64_t
quota_of(const char *dir, int version)
{
	char text[64];
	const char *at = text;
	uint64_t used, period;

	if (version == 2)
		return read_in(dir, "cpu.max", text, sizeof(text)) ?
		    cpus_parse_max(text) : UINT64_MAX;
	if (!read_in(dir, "cpu.cfs_quota_us", text, sizeof(text)) ||
	    !parse_u64(&at, &used))	/* -1: no quota */
		return UINT64_MAX;
	at = text;
	if (!read_in(dir, "cpu.cfs_period_us", text, sizeof(text)) ||
	    !parse_u64(&at, &period))
		return UINT64_MAX;
	return share(used, period);
}

/* The mount point of the hierarchy @version that is there, or NULL. */
static const char *
find_mount(int version)
{
	const char *const *list = version == 2 ? mounts_v2 : mounts_v1;
	const char *probe = version == 2 ? "cgroup.procs" : "cpu.shares";
	struct stat st;

	for (int i = 0; i < 2; i++) {
		char path[CPUS_PATH_MAX];
		struct buf b = BUF(path);

		buf_printf(&b, "%s/%s", list[i], probe);
		if (sys_call4(SYS_newfstatat, AT_FDCWD, buf_cstr(&b), &st,
		    0) == 0)
			return list[i];
	}
	return NULL;
}

/* Puts the process's own directory into @dir; returns its mount point. */
static const char *
own_directory(char *dir, size_t cap, int *version)
{
	char text[2048], path[CPUS_PATH_MAX];
	struct buf b = { .data = dir, .cap = cap };
	const char *mount;

	if (proc_read("/proc/self/cgroup", text, sizeof(text)) <= 0)
		return NULL;
	*version = cpus_parse_cgroup(text, path, sizeof(path));
	if (*version == 0 || (mount = find_mount(*version)) == NULL)
		return NULL;
	buf_printf(&b, "%s%s", mount, strcmp(path, "/") == 0 ? "" : path);
	buf_cstr(&b);
	return b.cut ? NULL : mount;
}

bool
cpus_cgroup(char *dir, size_t cap, int *version)
{
	char text[16];
	const char *mount = own_directory(dir, cap, version);

	if (mount == NULL)
		return false;
	/* In a container the path can be the outside's: then the mount point
	 * is the process's own directory. */
	if (!read_in(dir, "cpu.stat", text, sizeof(text))) {
		struct buf b = { .data = dir, .cap = cap };

		buf_str(&b, mount);
		buf_cstr(&b);
	}
	return read_in(dir, "cpu.stat", text, sizeof(text));
}

/* The smallest quota from the own directory up to the mount point. */
static uint64_t
read_quota(void)
{
	char dir[CPUS_PATH_MAX];
	uint64_t least = UINT64_MAX;
	int version;
	const char *mount = own_directory(dir, sizeof(dir), &version);
	size_t n, stop;

	if (mount == NULL)
		return least;
	stop = strlen(mount);
	for (;;) {
		least = MIN(least, quota_of(dir, version));
		n = strlen(dir);
		while (n > stop && dir[n - 1] != '/')
			n--;
		if (n <= stop)
			return least;
		dir[n - 1] = '\0';
	}
}

uint64_t
cpus_hundredths(void)
{
	uint64_t n = affinity() * 100;

	if (ticker_is_me() && clock_ns() >= next_look_ns) {
		quota = read_quota();
		next_look_ns = clock_ns() + QUOTA_PERIOD_NS;
	}
	return MIN(n, quota);
}

unsigned
cpus_whole(void)
{
	return (unsigned)((cpus_hundredths() + 99) / 100);
}
