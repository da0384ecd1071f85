/*
 * heap_os - what jemalloc asks of its surroundings, answered by us.
 */
#include "shim/heap/heap_os.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/errname.h"
#include "common/base/sys.h"
#include "shim/heap/heap.h"
#include "shim/heap/heap_host.h"
#include "shim/heap/heap_sys.h"

/* Our own settings, and what no setting of the host's overrides: jemalloc's
 * profiler unwinds with libgcc, which we do not load. */
extern const char *const jem_malloc_conf;
extern const char *const jem_malloc_conf_2_conf_harder;
const char *const jem_malloc_conf = "abort_conf:false,confirm_conf:false";
const char *const jem_malloc_conf_2_conf_harder = "prof:false";

enum { EXIT_FNS = 4, UNWIND_END_OF_STACK = 5 };

static void (*exit_fns[EXIT_FNS])(void);
static unsigned nexit_fns;
static heap_thread_create_fn create_thread;

/* The archive makes system calls this way to read two kernel settings and to
 * print its own warnings; warnings stay unsaid. */
long
heap_os_syscall(long nr, ...)
{
	va_list ap;
	long a, b, c, d, ret;

	va_start(ap, nr);
	a = va_arg(ap, long);
	b = va_arg(ap, long);
	c = va_arg(ap, long);
	d = va_arg(ap, long);
	va_end(ap);
	if (nr == SYS_write && a == 2)
		return c;
	ret = sys_call4(nr, a, b, c, d);
	return ret < 0 ? -1 : ret;
}

/* MALLOC_CONF reaches us only where the host means its own jemalloc. */
char *
heap_os_getenv(const char *name)
{
	return heap_host_has_jemalloc() ? heap_host_getenv(name) : NULL;
}

/* jemalloc asks for the text of the link /etc/malloc.conf, which is none of
 * ours; the host's variable malloc_conf comes in at this place. */
ssize_t
heap_os_readlink(const char *path, char *to, size_t n)
{
	const char *conf = heap_host_malloc_conf();
	size_t len;

	if (conf == NULL)
		return -1;
	len = strlen(conf);
	if (len > n)
		len = n;
	memcpy(to, conf, len);
	return (ssize_t)len;
}

int
heap_os_open(const char *path, int flags, ...)
{
	int fd = sys_open(path, flags | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : fd;
}

int
heap_os_creat(const char *path, mode_t mode)
{
	return heap_os_open(path, O_CREAT | O_WRONLY | O_TRUNC);
}

int
heap_os_close(int fd)
{
	return sys_close(fd) < 0 ? -1 : 0;
}

pid_t
heap_os_getpid(void)
{
	return sys_getpid();
}

void
heap_os_exit(int status)
{
	for (;;)
		sys_call1(SYS_exit_group, status);
}

/* A host that asks its jemalloc for statistics at exit gets them from
 * heap_at_exit(); libc's list is not touched (its lock may be held by the
 * caller of the malloc that brought us here). */
int
heap_os_atexit(void (*fn)(void))
{
	if (nexit_fns == EXIT_FNS)
		return -1;
	exit_fns[nexit_fns++] = fn;
	return 0;
}

void
heap_at_exit(void)
{
	while (nexit_fns > 0)
		exit_fns[--nexit_fns]();
}

/* The order of locks at fork is known in one place: shim/preload/fork.c. */
int
heap_os_atfork(void (*before)(void), void (*parent)(void), void (*child)(void))
{
	return 0;
}

/* Only pthread_create is looked up, for the background thread. */
void *
heap_os_dlsym(void *handle, const char *name)
{
	return (void *)(uintptr_t)heap_os_thread_create;
}

int
heap_os_clock_gettime(clockid_t clock, struct timespec *out)
{
	uint64_t ns = clock == CLOCK_REALTIME ? clock_wall_ns() : clock_ns();

	out->tv_sec = (time_t)(ns / NS_PER_S);
	out->tv_nsec = (long)(ns % NS_PER_S);
	return 0;
}

int
heap_os_gettimeofday(struct timeval *out, void *zone)
{
	uint64_t ns = clock_wall_ns();

	out->tv_sec = (time_t)(ns / NS_PER_S);
	out->tv_usec = (suseconds_t)(ns % NS_PER_S / 1000);
	return 0;
}

int
heap_os_sched_yield(void)
{
	return (int)sys_call1(SYS_sched_yield, 0);
}

int
heap_os_strerror_r(int err, char *to, size_t n)
{
	const char *name = err_name(err);
	size_t len = strlen(name);

	if (n == 0)
		return ERANGE;
	if (len > n - 1)
		len = n - 1;
	memcpy(to, name, len);
	to[len] = '\0';
	return 0;
}

void
heap_set_thread_create(heap_thread_create_fn create)
{
	create_thread = create;
}

/* jemalloc passes its start routine with an index as the argument; ours says
 * who pays first. */
static void *(*background_start)(void *);

static void *
background_main(void *arg)
{
	heap_sys_pay(PAYER_BACKGROUND);
	return background_start(arg);
}

int
heap_os_thread_create(void *thread, const void *attr, void *(*start)(void *),
    void *arg)
{
	if (create_thread == NULL)
		return EAGAIN;
	background_start = start;
	return create_thread(thread, attr, background_main, arg);
}

int
heap_os_thread_join(unsigned long thread, void **result)
{
	void *fn = dlvsym(RTLD_NEXT, "pthread_join", "GLIBC_2.34");
	int (*join)(unsigned long, void **);

	if (fn == NULL)
		return ESRCH;
	memcpy(&join, &fn, sizeof(join));
	return join(thread, result);
}

/* What jemalloc does at a thread's end, in the order of all keys' destructors,
 * and what is to be done after it. */
static void (*clean_thread)(void *);
static heap_thread_end_fn _Atomic after_end;

static void
end_thread(void *arg)
{
	heap_thread_end_fn fn;

	clean_thread(arg);
	fn = atomic_load_explicit(&after_end, memory_order_acquire);
	if (fn != NULL)
		fn();
}

/* The last key that libc keeps in a thread's own memory: those after it would
 * be allocated.  The host finds the first ones free, as it would without us;
 * who takes a key that was never made for one, 0 above all, is told so. */
int
heap_os_key_create(unsigned *key, void (*end)(void *))
{
	enum { OWN_KEY = 31 };
	unsigned before[OWN_KEY];
	unsigned n = 0;
	int r;

	clean_thread = end;
	for (r = pthread_key_create(key, end_thread);
	    r == 0 && *key < OWN_KEY && n < OWN_KEY;
	    r = pthread_key_create(key, end_thread))
		before[n++] = *key;
	/* With no key to be had, the last one is. */
	if (r != 0 && n > 0) {
		*key = before[--n];
		r = 0;
	}
	while (n > 0)
		pthread_key_delete(before[--n]);
	return r;
}

void
heap_on_thread_end(heap_thread_end_fn fn)
{
	atomic_store_explicit(&after_end, fn, memory_order_release);
}

/* The profiler's mathematics and its unwinder: never used, because profiling
 * is off (jem_malloc_conf_2_conf_harder), but referred to. */
double
heap_os_exp(double x)
{
	return 1.0;
}

double
heap_os_log(double x)
{
	return 0.0;
}

double
heap_os_round(double x)
{
	return (double)(int64_t)(x + 0.5);
}

int
heap_os_unwind(void *see, void *arg)
{
	return UNWIND_END_OF_STACK;
}

unsigned long
heap_os_unwind_ip(void *context)
{
	return 0;
}
