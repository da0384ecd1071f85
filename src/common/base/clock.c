/*
 * clock - the clocks, and when this process began.
 */
#include "common/base/clock.h"

#include <sys/auxv.h>
#include <errno.h>
#include <stddef.h>

#include "common/base/proc.h"
#include "common/base/sys.h"
#include "common/base/vdso.h"

/* The kernel's unit in /proc, the same on every x86-64 Linux. */
enum { TICKS_PER_S = 100, STAT_TEXT_MAX = 1024 };

typedef int (*gettime_fn)(clockid_t, struct timespec *);

static gettime_fn vdso_gettime;	/* written by clock_find() */
static uint64_t start_ns;

static uint64_t
call_kernel(clockid_t id)
{
	struct timespec t = { 0 };

	sys_call2(SYS_clock_gettime, id, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static uint64_t
read_clock(clockid_t id)
{
	gettime_fn gettime = __atomic_load_n(&vdso_gettime, __ATOMIC_ACQUIRE);
	struct timespec t;

	if (gettime == NULL || gettime(id, &t) != 0)
		return call_kernel(id);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t
clock_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t
clock_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

uint64_t
clock_thread_cpu_ns(void)
{
	return call_kernel(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t
clock_process_cpu_ns(void)
{
	return call_kernel(CLOCK_PROCESS_CPUTIME_ID);
}

/* When the kernel says that this process began, on the monotonic clock; now,
 * when it does not say.  The kernel counts from boot and goes on while the
 * machine sleeps; the monotonic clock does not. */
static uint64_t
process_start(void)
{
	char text[STAT_TEXT_MAX];
	struct proc_stat stat;
	uint64_t now = clock_ns();
	uint64_t boot = call_kernel(CLOCK_BOOTTIME);
	uint64_t began;

	if (proc_read("/proc/self/stat", text, sizeof(text)) <= 0 ||
	    !proc_stat_parse(text, &stat))
		return now;
	began = stat.start_ticks * (NS_PER_S / TICKS_PER_S);
	if (began > boot || boot - began > now)
		return now;
	return now - (boot - began);
}

void
clock_find(void)
{
	int saved_errno = errno;
	const void *image;

	/* getauxval() sets errno when there is no such entry. */
	image = (const void *)getauxval(AT_SYSINFO_EHDR);
	errno = saved_errno;
	if (image != NULL)
		__atomic_store_n(&vdso_gettime, (gettime_fn)vdso_find(image,
		    "__vdso_clock_gettime"), __ATOMIC_RELEASE);
}

void
clock_init(void)
{
	if (__atomic_load_n(&start_ns, __ATOMIC_ACQUIRE) != 0)
		return;
	clock_find();
	__atomic_store_n(&start_ns, process_start(), __ATOMIC_RELEASE);
}

void
clock_after_fork(void)
{
	__atomic_store_n(&start_ns, clock_ns(), __ATOMIC_RELEASE);
}

uint64_t
clock_start_ns(void)
{
	return __atomic_load_n(&start_ns, __ATOMIC_ACQUIRE);
}

uint64_t
clock_since_start_ns(void)
{
	uint64_t start = clock_start_ns();
	uint64_t now = clock_ns();

	return start == 0 || now < start ? 0 : now - start;
}
