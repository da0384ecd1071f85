/*
 * oracle - our unwinder against two others, in any program, by preload.
 *
 * Interposes malloc and friends, and at every ORACLE_EACH'th call walks the
 * stack three times: with stack_capture(), with libgcc's _Unwind_Backtrace()
 * and with libunwind's unw_step().  At the end one line per process is appended
 * to the file that ORACLE_OUT names, and up to ORACLE_SHOW examples of each
 * class of difference.
 *
 * Memory   libc's, by its own names.
 * Threads  any; the counters are atomic.
 * Fork     the child counts from zero.
 */
#define UNW_LOCAL_ONLY
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libunwind.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unwind.h>

#include "common/base/attrs.h"
#include "common/base/mem.h"
#include "shim/stack/stack.h"
#include "tests/oracle/chain.h"

enum { DEPTH = STACK_DEPTH_MAX };

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

/* How two walks of one stack can compare. */
enum verdict {
	SAME,
	SHORTER,	/* ours ends earlier, and says that it was cut */
	SHORTER_WHOLE,	/* ours ends earlier, and claims to be whole */
	LONGER,		/* ours goes on where the other ended */
	OTHER,		/* a frame differs: one of the two is false */
	VERDICTS
};
static const char *const verdict_name[] = {
	"same", "shorter-cut", "shorter-whole", "longer", "other"
};
enum { LIBGCC, LIBUNWIND, ORACLES };
static const char *const oracle_name[] = { "libgcc", "libunwind" };

struct trace {
	unsigned n;
	bool exact;		/* libunwind: the next place is exact */
	bool cut;
	uintptr_t pc[DEPTH + 8];
};

struct tally {
	_Atomic uint64_t count[ORACLES][VERDICTS];
	_Atomic uint64_t stacks, frames, none, cut;
};

/* Stacks that the host knew: see chain.h. */
static struct {
	_Atomic uint64_t asked, right, oracle_right[ORACLES];
} known;

/* By handle: libunwind exports these names too. */
static struct {
	_Unwind_Reason_Code (*backtrace)(_Unwind_Trace_Fn, void *);
	uintptr_t (*ip_info)(struct _Unwind_Context *, int *);
} libgcc;

static struct tally tally;
static _Atomic int shown[ORACLES][VERDICTS];
static uint64_t each = 1, most = UINT64_MAX;
static int show = 3;
static bool with_libunwind = true, ready;
static uintptr_t own_low, own_high;
static __thread bool inside __attribute__((tls_model("initial-exec")));
static __thread uint64_t calls __attribute__((tls_model("initial-exec")));
static __thread struct stack_cache *cache
    __attribute__((tls_model("initial-exec")));
/* Large, so neither on the stack nor in static TLS. */
struct room {
	struct trace ours, other;
};
static __thread struct room *room __attribute__((tls_model("initial-exec")));

static bool
is_own(uintptr_t pc)
{
	return pc >= own_low && pc < own_high;
}

static void
add(struct trace *t, uintptr_t pc)
{
	if (pc == 0 || t->n == DEPTH || (t->n == 0 && is_own(pc)))
		return;
	t->pc[t->n++] = pc;
}

static _Unwind_Reason_Code
see_libgcc(struct _Unwind_Context *context, void *arg)
{
	int before = 0;
	uintptr_t pc = libgcc.ip_info(context, &before);

	if (pc != 0 || before)
		add(arg, pc + (before != 0));
	return _URC_NO_REASON;
}

static void
walk_libunwind(struct trace *t)
{
	unw_context_t context;
	unw_cursor_t cursor;
	unw_word_t pc;
	bool exact = false;

	if (unw_getcontext(&context) != 0 ||
	    unw_init_local(&cursor, &context) != 0)
		return;
	do {
		unw_get_reg(&cursor, UNW_REG_IP, &pc);
		if (pc != 0)
			add(t, pc + exact);
		exact = unw_is_signal_frame(&cursor) > 0;
	} while (t->n < DEPTH && unw_step(&cursor) > 0);
}

static enum verdict
compare(const struct trace *ours, const struct trace *other)
{
	unsigned n = ours->n < other->n ? ours->n : other->n;

	if (memcmp(ours->pc, other->pc, n * sizeof(*ours->pc)) != 0)
		return OTHER;
	if (ours->n > other->n)
		return LONGER;
	if (ours->n < other->n)
		return ours->cut ? SHORTER : SHORTER_WHOLE;
	return SAME;
}

static void
print_trace(int fd, const char *who, const struct trace *t)
{
	dprintf(fd, "  %s:%s\n", who, t->cut ? " (cut)" : "");
	for (unsigned i = 0; i < t->n; i++) {
		Dl_info info = { 0 };

		dladdr((void *)(t->pc[i] - 1), &info);
		dprintf(fd, "    %2u %#lx %s+%#lx (%s)\n", i, t->pc[i],
		    info.dli_fname == NULL ? "?" : info.dli_fname,
		    info.dli_fname == NULL ? 0 :
		    t->pc[i] - (uintptr_t)info.dli_fbase,
		    info.dli_sname == NULL ? "?" : info.dli_sname);
	}
}

static int
open_report(void)
{
	const char *path = getenv("ORACLE_OUT");

	return path == NULL ? -1 :
	    open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
}

static void
judge(int oracle, struct room *r)
{
	enum verdict v = compare(&r->ours, &r->other);
	int fd;

	atomic_fetch_add(&tally.count[oracle][v], 1);
	if (v == SAME || atomic_fetch_add(&shown[oracle][v], 1) >= show)
		return;
	fd = open_report();
	if (fd < 0)
		return;
	dprintf(fd, "# %s %s\n", oracle_name[oracle], verdict_name[v]);
	print_trace(fd, "ours", &r->ours);
	print_trace(fd, oracle_name[oracle], &r->other);
	close(fd);
}

/* Through both doors, mostly the quick one: from how malloc was entered, and
 * from here. */
static void
look(struct room *r, const struct stack_origin *from)
{
	uint32_t number = from->sp != 0 && calls / each % 4 != 0 ?
	    stack_capture_at(cache, from) : stack_capture(cache);

	atomic_fetch_add(&tally.stacks, 1);
	if (number == STACK_NONE) {
		atomic_fetch_add(&tally.none, 1);
		return;
	}
	r->ours.n = stack_frames(number, r->ours.pc, DEPTH, &r->ours.cut);
	atomic_fetch_add(&tally.frames, r->ours.n);
	atomic_fetch_add(&tally.cut, r->ours.cut);
	r->other.n = 0;
	libgcc.backtrace(see_libgcc, &r->other);
	judge(LIBGCC, r);
	if (!with_libunwind)
		return;
	r->other.n = 0;
	walk_libunwind(&r->other);
	judge(LIBUNWIND, r);
}

/* Room for two walks and the cache, made at the thread's first. */
static bool
prepare(void)
{
	if (room == NULL)
		room = mem_forever(sizeof(*room));
	if (cache == NULL)
		cache = stack_cache_make(0, 0);
	return room != NULL;
}

static __attribute__((noinline)) void
see(struct stack_origin from)
{
	int saved = errno;

	if (!ready || inside || ++calls % each != 0 ||
	    atomic_load(&tally.stacks) >= most)
		return;
	inside = true;
	if (prepare())
		look(room, &from);
	inside = false;
	errno = saved;
}

/* The first frame of @t is in the function that asked; then comes what is
 * expected. */
static bool
is_expected(const struct trace *t, const struct oracle_expect *e)
{
	unsigned n = e->n < DEPTH - 1 ? e->n : DEPTH - 1;
	bool cut = e->end == CHAIN_CUT || e->n > DEPTH - 1;

	if (t->n < n + 1 || (cut && t->n > n + 1) || cut != t->cut)
		return false;
	return memcmp(t->pc + 1, e->pc, n * sizeof(*e->pc)) == 0;
}

static bool
check_walks(struct room *r, const struct oracle_expect *e)
{
	bool good[ORACLES], ours;

	r->ours.n = stack_frames(stack_capture(cache), r->ours.pc, DEPTH,
	    &r->ours.cut);
	ours = is_expected(&r->ours, e);
	r->other.n = 0;
	r->other.cut = r->ours.cut;
	libgcc.backtrace(see_libgcc, &r->other);
	good[LIBGCC] = is_expected(&r->other, e);
	r->other.n = 0;
	walk_libunwind(&r->other);
	good[LIBUNWIND] = is_expected(&r->other, e);
	atomic_fetch_add(&known.asked, 1);
	atomic_fetch_add(&known.right, ours);
	for (int o = 0; o < ORACLES; o++)
		atomic_fetch_add(&known.oracle_right[o], good[o]);
	if (!ours) {
		dprintf(1, "wrong: %s\n", e->name);
		print_trace(1, "ours", &r->ours);
		for (unsigned i = 0; i < e->n && i < DEPTH; i++)
			dprintf(1, "    expected %2u %#lx\n", i + 1, e->pc[i]);
	}
	return ours;
}

DIAG_EXPORT bool
oracle_check(const struct oracle_expect *e)
{
	bool right;

	inside = true;
	right = prepare() && check_walks(room, e);
	inside = false;
	return right;
}

DIAG_EXPORT uint32_t
oracle_number(void)
{
	uint32_t number;

	inside = true;
	number = prepare() ? stack_capture(cache) : STACK_NONE;
	inside = false;
	return number;
}

/* The allocator that the program would have without us: redis brings its own.
 * While it is looked for, libc's own serves. */
#define REAL(name, fallback) ({ \
	static __typeof__(&(fallback)) real; \
	static bool looking; \
	if (real == NULL && !looking) { \
		looking = true; \
		*(void **)&real = dlsym(RTLD_NEXT, name); \
	} \
	real != NULL ? real : fallback; \
})

DIAG_EXPORT void *
malloc(size_t n)
{
	see(STACK_ORIGIN());
	return REAL("malloc", __libc_malloc)(n);
}

DIAG_EXPORT void *
calloc(size_t n, size_t size)
{
	see(STACK_ORIGIN());
	return REAL("calloc", __libc_calloc)(n, size);
}

DIAG_EXPORT void *
realloc(void *p, size_t n)
{
	see(STACK_ORIGIN());
	return REAL("realloc", __libc_realloc)(p, n);
}

DIAG_EXPORT int
dlclose(void *handle)
{
	int (*real)(void *) = (int (*)(void *))dlsym(RTLD_NEXT, "dlclose");
	int ret = real(handle);

	stack_forget_code();
	return ret;
}

static bool
find_libgcc(void)
{
	void *handle = dlopen("libgcc_s.so.1", RTLD_NOW);

	if (handle == NULL)
		return false;
	*(void **)&libgcc.backtrace = dlsym(handle, "_Unwind_Backtrace");
	*(void **)&libgcc.ip_info = dlsym(handle, "_Unwind_GetIPInfo");
	return libgcc.backtrace != NULL && libgcc.ip_info != NULL;
}

static void
forget_counts(void)
{
	memset(&tally, 0, sizeof(tally));
}

__attribute__((constructor)) static void
begin(void)
{
	const char *s;
	Dl_info info;

	inside = true;
	if ((s = getenv("ORACLE_EACH")) != NULL)
		each = strtoull(s, NULL, 10);
	if ((s = getenv("ORACLE_MOST")) != NULL)
		most = strtoull(s, NULL, 10);
	if ((s = getenv("ORACLE_SHOW")) != NULL)
		show = atoi(s);
	with_libunwind = getenv("ORACLE_NO_LIBUNWIND") == NULL;
	stack_init(STACK_DEPTH_MAX);
	if (dladdr((void *)see, &info) != 0) {
		struct stack_module m = { 0 };

		own_low = (uintptr_t)info.dli_fbase;
		for (uint32_t i = 1; stack_module(i, &m); i++)
			if (m.start == own_low)
				own_high = m.end;
	}
	pthread_atfork(NULL, NULL, forget_counts);
	ready = own_high != 0 && find_libgcc();
	inside = false;
}

__attribute__((destructor)) static void
end(void)
{
	int fd;

	inside = true;
	ready = false;
	fd = open_report();
	if (fd < 0 || tally.stacks == 0)
		return;
	dprintf(fd, "%s pid %d: stacks %lu frames %lu cut %lu none %lu "
	    "distinct-nodes %u", program_invocation_short_name, getpid(),
	    tally.stacks, tally.frames, tally.cut, tally.none, stack_limit());
	for (int o = 0; o < ORACLES; o++) {
		dprintf(fd, " |  %s", oracle_name[o]);
		for (int v = 0; v < VERDICTS; v++)
			dprintf(fd, " %s %lu", verdict_name[v],
			    tally.count[o][v]);
	}
	dprintf(fd, "\n");
	if (known.asked != 0)
		dprintf(fd, "%s pid %d: known %lu ours %lu libgcc %lu "
		    "libunwind %lu\n", program_invocation_short_name,
		    getpid(), known.asked, known.right,
		    known.oracle_right[LIBGCC],
		    known.oracle_right[LIBUNWIND]);
	close(fd);
}
