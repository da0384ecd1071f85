/*
 * boot - the constructor: reads DIAG, starts what it asks for.
 *
 * Without DIAG it leaves after a few instructions: the allocator is all there
 * is of us then.
 */
#include "shim/preload/boot.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/errname.h"
#include "common/base/sys.h"
#include "shim/alloc/alloctrace.h"
#include "shim/alloc/recorder.h"
#include "shim/gc/blocks.h"
#include "shim/gc/gctrace.h"
#include "shim/gc/memstats.h"
#include "shim/heap/heap.h"
#include "shim/heap/heap_room.h"
#include "shim/preload/direct.h"
#include "shim/preload/dlopen.h"
#include "shim/preload/environ.h"
#include "shim/preload/foreign.h"
#include "shim/preload/fork.h"
#include "shim/preload/life.h"
#include "shim/preload/mend.h"
#include "shim/preload/operators.h"
#include "shim/preload/runtime.h"
#include "shim/preload/signals.h"
#include "shim/preload/taskcount.h"
#include "shim/preload/threads.h"
#include "shim/preload/waits.h"
#include "shim/sched/pool.h"
#include "shim/sched/thread.h"
#include "shim/schedtrace/schedtrace.h"
#include "shim/serve/control.h"
#include "shim/sink/outlet.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"
#include "shim/state/state.h"
#include "shim/ticker/ticker.h"

enum { COMPLAINTS_MAX = 16 * 1024 };

static struct options opt;
static bool armed;

const struct options *
boot_options(void)
{
	return &opt;
}

bool
boot_is_armed(void)
{
	return armed;
}

/* Sentences wait here until the output they belong to is open. */
static void
keep_complaint(void *arg, const char *sentence)
{
	struct buf *b = arg;

	buf_str(b, sentence);
	buf_char(b, '\0');
}

static void
say_complaints(const struct buf *b)
{
	for (size_t at = 0; at < b->len; at += strlen(b->data + at) + 1)
		sink_say("%s", b->data + at);
}

static NORETURN void
print_help(void)
{
	char text[8192];
	struct buf b = BUF(text);

	options_help(&b);
	sys_write(1, b.data, b.len);
	for (;;)
		sys_call1(SYS_exit_group, 0);
}

static const char *
program_name(void)
{
	const char *path = (const char *)getauxval(AT_EXECFN);
	const char *slash = path == NULL ? NULL : strrchr(path, '/');

	return slash != NULL ? slash + 1 : path == NULL ? "" : path;
}

static bool
wants_prefix(void)
{
	if (opt.prefix == PREFIX_AUTO)
		return environ_parent_is_traced();
	return opt.prefix == PREFIX_ALWAYS;
}

static bool
wants_trace(void)
{
	return opt.allocfreetrace != 0 || opt.tape[0] != '\0' || opt.leaks > 0;
}

/* The log's name is the sink's to expand: a forked child may have its own.  A
 * log needs a descriptor in the host's table, too: a child that has given its
 * rights away since, or is in a chroot, could not open it.  On stderr only
 * traces do; all other lines are written by the diag thread. */
static void
open_output(void)
{
	sink_open(&(struct sink_config){
	    .log = opt.log,
	    .program = program_name(),
	    .logmax = opt.logmax,
	    .prefix = wants_prefix(),
	    .host_writes = wants_trace() ||
		(opt.log[0] != '\0' && options_any(&opt)),
	});
}

/* A feature that cannot start is named once and left out; the host goes on. */
static bool
started(const char *key, int err)
{
	if (err != 0)
		sink_notice(key, "%s: off: %s", key, err_name(-err));
	return err == 0;
}

static void
start_traces(void)
{
	if (opt.tape[0] != '\0')
		started("tape", recorder_start(&opt));
	else if (opt.control)
		started("tape", recorder_prepare(&opt));
	if (opt.gctrace != 0 && started("gctrace", gctrace_start(&opt)))
		state_arm_alloc(ARMED_COUNT, 0);
	if (opt.memstats != MEMSTATS_OFF &&
	    started("memstats", memstats_start(&opt)))
		state_arm_alloc(ARMED_COUNT, 0);
	if (opt.schedtrace_ns != 0 || opt.signal != 0 || opt.control) {
		direct_start();
		pool_arm();
	}
	if (opt.schedtrace_ns != 0)
		started("schedtrace", schedtrace_start(&opt));
	if ((wants_trace() || opt.control) &&
	    started("stacks", stack_init(opt.depth)))
		started("allocfreetrace", alloctrace_start(&opt));
}

/* What is turned on later must have been ready, and objects counted, from the
 * start. */
static void
start_control(void)
{
	if (opt.control && started("control", control_start(&opt)))
		blocks_start();
}

static void
start_asked(const struct buf *complaints)
{
	open_output();
	say_complaints(complaints);
	if (!options_any(&opt))
		return;
	armed = true;
	/* Where /proc does not tell, who makes no call of ours is not known. */
	thread_self();
	foreign_look();
	mend_start();
	start_traces();
	start_control();
	signals_start(&opt);
	life_begin();
	started("diag thread", ticker_start());
}

/* The sink, too, would take memory that the host needs. */
static COLD void
say_no_room(void)
{
	const char *sanitizer = heap_sanitizer();
	char text[160];
	struct buf b = BUF(text);
	struct outlet err;
	struct hush h;
	ssize_t n;

	if (sanitizer != NULL)
		buf_printf(&b, "diag: a sanitizer is in the program (%s): its "
		    "allocator is used, and nothing is traced\n", sanitizer);
	else
		buf_printf(&b, "diag: there is no room for our allocator "
		    "(RLIMIT_DATA, RLIMIT_AS): libc's is used, and nothing is "
		    "traced\n");
	if (outlet_take(&err, 2) != 0)
		return;
	hush_begin(&h);
	n = outlet_send(&err, 2, text, b.len);
	h.raised = n == -EPIPE || n == -EFBIG;
	hush_end(&h);
}

static void
read_options(const char *text)
{
	char kept[COMPLAINTS_MAX];
	struct buf complaints = BUF(kept);

	clock_init();
	options_parse(&opt, text, keep_complaint, &complaints);
	if (opt.help)
		print_help();
	if (heap_is_missing() && options_any(&opt))
		say_no_room();
	else if (options_any(&opt) || complaints.len > 0)
		start_asked(&complaints);
	if (!opt.children)
		environ_leave();
}

/* Linked to be the first of all constructors, before libc's own (unless another
 * object asks for the same): blocks of all others are counted.  Libc will set
 * environ to what the loader passes here. */
__attribute__((constructor(101))) static void
boot(int argc, char **argv, char **envp)
{
	(void)argc;
	if (environ == NULL)
		environ = envp;
	/* It begins at argc, which lies before the arguments. */
	stack_set_first(argv - 1);

	const char *text = environ_get("DIAG");
	struct hook_scope scope;

	clock_find();
	if (!heap_start())
		state_arm_alloc(ARMED_MISSING, 0);
	heap_start_messages();
	waits_resolve();
	heap_set_thread_create(threads_create_background);
	ticker_set_create(threads_create_real);
	fork_start();
	dlopen_start();
	operators_look();
	taskcount_start();
	if (text != NULL && getauxval(AT_SECURE) == 0 && hook_enter(&scope)) {
		hook_own_work();
		read_options(text);
		hook_leave(&scope);
	}
	runtime_start(pool_is_armed());
	state_arm_alloc(0, ARMED_BOOT);
}
