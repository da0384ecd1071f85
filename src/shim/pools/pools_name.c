/*
 * pools_name - what to call a pool.
 *
 * The start routine's name is the best there is, unless it is a library's that
 * starts whatever it is given; then the threads may have a name in common that
 * is not the program's, or the place where they wait is in a function that has
 * one.
 */
#include <stddef.h>
#include <string.h>

#include "common/base/proc.h"
#include "common/base/sys.h"
#include "common/symbol/symbol.h"
#include "shim/names/cxxname.h"
#include "shim/names/objects.h"
#include "shim/names/place.h"
#include "shim/names/rustname.h"
#include "shim/pools/pools.h"
#include "shim/stack/stack.h"
#include "shim/tasks/whereis.h"

enum { REMEMBERED = 64, PAGE = 4096 };

static struct {
	uint64_t start;
	bool general, interpreted, async;
} memory[REMEMBERED];

static const char *const general_routines[] = {
	"execute_native_thread_routine", "g_thread_proxy", "thread_start",
	"uv__thread_start", "dummy_worker", "pythread_wrapper",
	"_Py_thread_start", "thread_native_entry", "pfs_spawn_thread",
};

static const char *const general_modules[] = {
	"libstdc++", "libc++", "libglib-", "libuv", "libQt", "libapr-",
	"libpython", "python3", "libc.so", "libc-", "beam.smp",
};

/* Of threads that run one at a time, whatever they wait for: Ruby's, and
 * Perl's. */
static const char *const interpreted_modules[] = {
	"libruby", "threads.so",
};

/* Beside those. */
static const char *const interpreters[] = {
	"libruby", "libperl", "perl", "liblua", "lua", "libphp", "php",
	"libjvm", "libmozjs", "libguile", "libtcl", "beam.smp", "node",
};

/* Their threads wait for whatever it is in one function. */
static const char *const machines[] = {
	"libjvm", "libpython", "python3", "libmono", "libcoreclr",
};

/* The function that covers @pc and its module; NULL where not known. */
static const char *
find(uint64_t pc, const struct object **module)
{
	struct object *m = objects_find((uintptr_t)pc, stack_limit());
	struct symbol_file *f = m != NULL ? objects_symbols(m) : NULL;
	uint64_t start;

	*module = m;
	return f != NULL ? symbol_find(f, pc - m->bias, &start) : NULL;
}

static bool
begins_as(const char *name, const char *const *names, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	}
	return false;
}

static bool
is_in_general_module(const struct object *m)
{
	return begins_as(m->name, general_modules, ARRAY_LEN(general_modules));
}

bool
pools_name_is_library(uint64_t pc)
{
	const struct object *m = objects_find((uintptr_t)pc, stack_limit());

	return m == NULL || is_in_general_module(m) ||
	    begins_as(m->name, interpreters, ARRAY_LEN(interpreters));
}

/* The text at @at, in this process, as far as it fits. */
static void
copy_text(char *to, size_t size, uint64_t at)
{
	size_t n = 0;

	while (n < size - 1) {
		size_t piece = MIN(size - 1 - n, PAGE - (at + n) % PAGE);

		if (!sys_copy(to + n, at + n, piece))
			break;
		if (memchr(to + n, '\0', piece) != NULL)
			return;
		n += piece;
	}
	to[n] = '\0';
}

/* What a std::thread runs, by its type; NULL when @start is no such type. */
static const char *
functor_type(uint64_t start)
{
	static const char type[] =
	    "NSt6thread11_State_implINS_8_InvokerISt5tupleIJ";
	static char name[1024];
	uint64_t info = 0, text = 0;

	if (!sys_copy(&info, start - sizeof(info), sizeof(info)) ||
	    !sys_copy(&text, info + sizeof(info), sizeof(text)))
		return NULL;
	memset(name, 0, sizeof(name));
	copy_text(name, sizeof(name), text);
	return strncmp(name, type, sizeof(type) - 1) == 0 ?
	    name + sizeof(type) - 1 : NULL;
}

/* A closure of one place in the program says what the thread does, what is
 * called by a pointer does not. */
static bool
is_closure(const char *type)
{
	return type[0] == 'Z' && strstr(type, "EUl") != NULL;
}

bool
pools_name_is_machine(uint64_t pc)
{
	const struct object *m = objects_find((uintptr_t)pc, stack_limit());

	return m != NULL && begins_as(m->name, machines, ARRAY_LEN(machines));
}

/* Rust's has its module's name around it, and a hash. */
static bool
is_general(uint64_t start)
{
	const struct object *m;
	const char *name = functor_type(start);

	if (name != NULL)
		return !is_closure(name);
	name = find(start, &m);
	if (name == NULL)
		return m != NULL && is_in_general_module(m);
	for (unsigned i = 0; i < ARRAY_LEN(general_routines); i++) {
		if (strstr(name, general_routines[i]) != NULL)
			return true;
	}
	return false;
}

/* Whatever std::async() runs, it is done when its thread is. */
static bool
is_async(uint64_t start)
{
	const char *type = functor_type(start);

	return type != NULL && strstr(type, "_Async_state_impl") != NULL;
}

static unsigned
remember(uint64_t start)
{
	unsigned i = (unsigned)(start >> 4) % REMEMBERED;

	if (memory[i].start != start) {
		const struct object *m = objects_find((uintptr_t)start,
		    stack_limit());

		memory[i].general = is_general(start);
		memory[i].async = is_async(start);
		memory[i].interpreted = m != NULL && begins_as(m->name,
		    interpreted_modules, ARRAY_LEN(interpreted_modules));
		memory[i].start = start;
	}
	return i;
}

bool
pools_name_is_general(uint64_t start)
{
	return memory[remember(start)].general;
}

bool
pools_name_is_async(uint64_t start)
{
	return memory[remember(start)].async;
}

bool
pools_name_is_interpreted(uint64_t start)
{
	return memory[remember(start)].interpreted;
}

/* Mutexes and rwlocks on futexes: Rust's, parking_lot's, WebKit's, GLib's and
 * InnoDB's. */
bool
pools_name_is_lock(uint64_t caller)
{
	static const char *const words[] = {
		"lock_contended", "read_contended", "write_contended",
		"lock_slow", "lock_exclusive_slow", "lock_shared_slow",
		"lockSlow", "g_mutex_lock", "g_bit_lock", "srw_mutex_impl",
		"ssux_lock",
	};
	const struct object *m;
	const char *name = find(caller - 1, &m);

	for (unsigned i = 0; name != NULL && i < ARRAY_LEN(words); i++) {
		if (strstr(name, words[i]) != NULL)
			return true;
	}
	/* Of GLib's own waits those for conditions are called so. */
	return m != NULL && strncmp(m->name, "libglib-2", 9) == 0 &&
	    (name == NULL || strstr(name, "cond") == NULL);
}

/* libuv's pool, and those that node has beside it, of a libuv within the
 * program. */
bool
pools_name_guards(uint64_t caller)
{
	const struct object *m;
	const char *name = find(caller - 1, &m);

	return name != NULL && strcmp(name, "uv_cond_wait") == 0;
}

#define BESIDE_NUMBERS "-_#/:. "
#define DIGITS "0123456789"

static size_t
span(const char *s, const char *of)
{
	size_t n = 0;

	while (s[n] != '\0' && strchr(of, s[n]) != NULL)
		n++;
	return n;
}

/* How much of a name that begins with a number the kernel keeps, whichever the
 * number is. */
enum { BEHIND_NUMBER = 11 };

/* Up to the number at its end, and what leads to that; from behind one that it
 * begins with ("12_scheduler"). */
static size_t
family_of(const char **name)
{
	size_t digits = span(*name, DIGITS);
	size_t lead = digits + span(*name + digits, BESIDE_NUMBERS);
	size_t n = strlen(*name);

	if (digits != 0 && lead != digits) {
		*name += lead;
		n = MIN(n - lead, (size_t)BEHIND_NUMBER);
	}
	while (n > 0 && strchr(DIGITS, (*name)[n - 1]) != NULL)
		n--;
	while (n > 0 && strchr(BESIDE_NUMBERS, (*name)[n - 1]) != NULL)
		n--;
	return n;
}

uint32_t
pools_name_family(const char *name)
{
	uint32_t h = 2166136261u;

	for (size_t i = family_of(&name); i-- > 0;)
		h = (h ^ (unsigned char)name[i]) * 16777619u;
	return h;
}

/* The program's own, as it is in this period; NULL when that is not known. */
static const char *
program_name(void)
{
	static char own[32];
	static uint32_t read_in;
	ssize_t r;

	if (read_in != pools_period || own[0] == '\0') {
		r = proc_read("/proc/self/comm", own, sizeof(own));
		own[r <= 0 ? 0 : r - (own[r - 1] == '\n')] = '\0';
		read_in = pools_period;
	}
	return own[0] != '\0' ? own : NULL;
}

static bool
is_program_name(const char *name, size_t n)
{
	const char *own = program_name();

	return own == NULL ||
	    (strlen(own) == n && memcmp(own, name, n) == 0);
}

bool
pools_name_tells(const char *name)
{
	size_t n = family_of(&name);

	return n != 0 && !is_program_name(name, n);
}

/* What a closure is called that the thread runs, or that a name is made of: of
 * an instance of a library's template, say, into which a program's own function
 * has gone. */
static bool
write_closure(struct buf *b, const struct thread *t, const char *name)
{
	const char *type = functor_type(thread_kin(t));

	return (type != NULL && is_closure(type) &&
	    cxxname_write_lambda(b, type, POOL_NAME_MAX)) ||
	    cxxname_write_lambda(b, name, POOL_NAME_MAX);
}

/* Of a library's template there is nothing to tell but what it was made for. */
static void
write_symbol(struct buf *b, const struct thread *t, const char *name)
{
	if (!rustname_write(b, name, POOL_NAME_MAX) &&
	    !cxxname_write(b, name, POOL_NAME_MAX) &&
	    (strncmp(name, "_Z", 2) != 0 || !write_closure(b, t, name)))
		objects_write_word(b, name, POOL_NAME_MAX - 1);
}

static bool
write_thread_name(struct buf *b, struct task *task)
{
	const char *name = task->name;
	size_t n;

	tasks_name(task);
	n = family_of(&name);
	if (n < 2 || is_program_name(task->name, strlen(task->name)) ||
	    is_program_name(name, n))
		return false;
	/* One word, and a name that one would give it. */
	for (size_t i = 0; i < n; i++)
		buf_clean(b, name[i] == ' ' ? "_" : &name[i], 1);
	return true;
}

/* True when the function at @pc has a name that says something. */
static bool
write_function(struct buf *b, const struct thread *t, uint64_t pc)
{
	const struct object *m;
	const char *name = find(pc, &m);

	if (name == NULL || m == NULL || is_in_general_module(m))
		return false;
	write_symbol(b, t, name);
	return true;
}

static void
write_place(struct buf *b, uint64_t pc)
{
	const struct object *m;

	find(pc, &m);
	if (m == NULL) {
		buf_printf(b, "0x%llx", (unsigned long long)pc);
		return;
	}
	objects_write_word(b, m->name, POOL_NAME_MAX / 2);
	buf_printf(b, "+0x%llx", (unsigned long long)(pc - m->bias));
}

/* What the library's function calls that the thread begins with: the outermost
 * of the program's own.  False when the thread runs just now. */
static bool
write_outermost(struct buf *b, const struct task *task)
{
	static uint64_t pc[THREADWALK_FRAMES];
	struct procfs_blocked at;
	unsigned n = whereis_walk(task, &at, pc);

	while (n-- > 0) {
		const struct object *m = objects_find((uintptr_t)pc[n],
		    stack_limit());

		if (m != NULL && !m->ours && !place_is_library(pc[n]) &&
		    write_function(b, task->thread, pc[n] - 1))
			return true;
	}
	return false;
}

static void
write_home(struct buf *b, const struct pools_entry *e, const struct task *task)
{
	uint64_t start = atomic_load(&task->thread->start_routine);
	uint64_t caller = e->place.caller;

	if (caller == 0)
		caller = atomic_load(&task->thread->work.caller);
	/* Who is nowhere at home waits deep in what it does. */
	if (pools_name_is_general(start) &&
	    (((caller == 0 || place_is_library(caller)) &&
	    write_outermost(b, task)) ||
	    write_function(b, task->thread, caller - 1)))
		return;
	write_place(b, start);
}

void
pools_name(struct pools_entry *e, struct task *task)
{
	uint64_t start = atomic_load(&task->thread->start_routine);
	struct buf b = BUF(e->name);

	if (!pools_name_is_general(start) &&
	    write_function(&b, task->thread, start))
		;
	else if (write_thread_name(&b, task))
		e->named_after = pools_name_family(task->name);
	else
		write_home(&b, e, task);
	buf_cstr(&b);
}

static bool
may_be_of(const struct pools_entry *e, struct task *task)
{
	tasks_name(task);
	return task->name[0] == '?' || !pools_name_tells(task->name) ||
	    pools_name_family(task->name) == e->named_after;
}

/* A thread begins with the name of the one that made it. */
void
pools_name_check(struct pools_entry *e, struct task *task)
{
	struct buf b = BUF(e->name);

	if (e->named_after == 0 || may_be_of(e, task))
		return;
	task->name[0] = '\0';
	if (may_be_of(e, task))
		return;
	e->named_after = 0;
	write_home(&b, e, task);
	buf_cstr(&b);
}
