/*
 * change - items are read, checked, then each feature is told.
 */
#include "shim/serve/change.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/errname.h"
#include "common/base/lock.h"
#include "shim/alloc/alloctrace.h"
#include "shim/alloc/recorder.h"
#include "shim/gc/gctrace.h"
#include "shim/gc/memstats.h"
#include "shim/schedtrace/schedtrace.h"
#include "shim/serve/snapshot.h"
#include "shim/sink/sink.h"

/* Held while options change; by a thread that forks. */
static struct lock changing;
static __thread bool forks;

/* More than the diag thread's stack has room for. */
static struct options next;

static void
write_error(void *arg, const char *sentence)
{
	buf_printf(arg, "error: %s\n", sentence);
}

/* What the process was started with. */
static bool
keeps(struct buf *answer, const char *key, bool same)
{
	if (!same)
		buf_printf(answer, "error: %s cannot be changed in a running "
		    "process\n", key);
	return same;
}

static bool
keeps_what_stays(const struct options *is, struct buf *answer)
{
	bool ok = keeps(answer, "log", strcmp(is->log, next.log) == 0);

	ok &= keeps(answer, "logmax", is->logmax == next.logmax);
	ok &= keeps(answer, "depth", is->depth == next.depth);
	ok &= keeps(answer, "signal", is->signal == next.signal);
	ok &= keeps(answer, "control", next.control);
	ok &= keeps(answer, "children", is->children == next.children);
	return ok & keeps(answer, "prefix", is->prefix == next.prefix);
}

/* The host may be anywhere by now. */
static bool
has_whole_path(const struct options *is, struct buf *answer)
{
	bool ok = next.tape[0] == '\0' || next.tape[0] == '/' ||
	    strcmp(is->tape, next.tape) == 0;

	if (!ok)
		buf_str(answer, "error: tape takes a path from / on here\n");
	return ok;
}

/* A tape says in its header how it was begun. */
static bool
fits_tape(const struct options *is, struct buf *answer)
{
	bool ok = is->tape[0] == '\0' || strcmp(is->tape, next.tape) != 0 ||
	    (is->tapemax == next.tapemax && is->tapefrees == next.tapefrees);

	if (!ok)
		buf_str(answer, "error: tapemax and tapefrees cannot be "
		    "changed before the tape ends (tape=-)\n");
	return ok;
}

static bool
went_well(struct buf *answer, const char *key, int err)
{
	if (err != 0)
		buf_printf(answer, "error: %s: off: %s\n", key,
		    err_name(-err));
	return err == 0;
}

/* The tape that is there ends before another one begins. */
static void
change_tape(const struct options *is, struct buf *answer)
{
	if (strcmp(is->tape, next.tape) == 0)
		return;
	recorder_end(TAPE_STOPPED_USER);
	if (next.tape[0] != '\0' &&
	    !went_well(answer, "tape", recorder_start(&next)))
		next.tape[0] = '\0';
}

/* The tape first: the others ask whether it is on. */
static void
change_all(const struct options *is, struct buf *answer)
{
	change_tape(is, answer);
	if (!went_well(answer, "allocfreetrace", alloctrace_change(&next))) {
		next.allocfreetrace = 0;
		next.leaks = 0;
	}
	if (!went_well(answer, "gctrace", gctrace_change(&next)))
		next.gctrace = 0;
	if (!went_well(answer, "schedtrace", schedtrace_change(&next)))
		next.schedtrace_ns = 0;
	if (!went_well(answer, "memstats", memstats_change(&next)))
		next.memstats = MEMSTATS_OFF;
}

/* In the log, too: whoever reads it knows why it looks different from here. */
static void
say_change(const struct options *opt)
{
	char text[2 * OPTION_PATH_MAX + 512], at[32];
	struct buf b = BUF(text), seconds = BUF(at);

	options_write(&b, opt);
	buf_seconds(&seconds, clock_since_start_ns(), 3);
	sink_say("control: %s @%ss", buf_cstr(&b), buf_cstr(&seconds));
}

static void
change(struct options *opt, const char *items, struct buf *answer)
{
	next = *opt;
	options_change(&next, items, write_error, answer);
	if (!keeps_what_stays(opt, answer) || !has_whole_path(opt, answer) ||
	    !fits_tape(opt, answer) || answer->len != 0)
		return;
	lock_take(&changing);
	change_all(opt, answer);
	*opt = next;
	opt->help = false;
	lock_give(&changing);
	say_change(opt);
	sink_flush();
}

void
change_answer(struct options *opt, const char *request, struct buf *answer)
{
	if (strcmp(request, "report") == 0)
		snapshot_print();
	else if (request[0] != '\0')
		change(opt, request, answer);
	options_write(answer, opt);
	buf_char(answer, '\n');
}

void
change_before_fork(void)
{
	forks = lock_take_for(&changing, NS_PER_S);
}

void
change_after_fork_parent(void)
{
	if (forks)
		lock_give(&changing);
}

void
change_after_fork_child(void)
{
	lock_reset(&changing);
}
