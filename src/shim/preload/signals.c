/*
 * signals - the last report before a signal ends the process, and the signal
 * that asks for a report.
 */
#include "shim/preload/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "common/base/attrs.h"
#include "common/base/sys.h"
#include "shim/preload/life.h"
#include "shim/preload/real.h"
#include "shim/preload/signals_wrap.h"
#include "shim/serve/snapshot.h"
#include "shim/sink/sink.h"
#include "shim/state/state.h"
#include "shim/ticker/ticker.h"

static const uint8_t fatal[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE,
	SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT,
	SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSYS,
};

/* The real-time signals end a process, too; the first two are libc's own. */
enum { REALTIME = 34, REALTIME_END = 65 };

static int asked;	/* the signal of signal=, or 0 */

static bool
is_fault(int sig, const siginfo_t *info)
{
	return info != NULL && info->si_code > 0 && (sig == SIGSEGV ||
	    sig == SIGBUS || sig == SIGILL || sig == SIGFPE ||
	    sig == SIGTRAP || sig == SIGSYS);
}

static void
set_default(int sig)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };

	signals_set(sig, &dfl);
}

/* The same signal again, with the default disposition: it is delivered when
 * the handler returns, so that status and core are what they would have been.
 * A fault comes again by itself. */
static void
die_of(int sig, siginfo_t *info)
{
	set_default(sig);
	if (is_fault(sig, info))
		return;
	if (info == NULL || sys_call4(SYS_rt_tgsigqueueinfo, sys_getpid(),
	    sys_gettid(), sig, info) < 0)
		sys_call3(SYS_tgkill, sys_getpid(), sys_gettid(), sig);
}

/* Called by hook_leave() when the signal had arrived inside a scope. */
static void
die_later(int sig)
{
	life_end(WAY_SIGNAL);
	die_of(sig, NULL);
}

static void
on_fatal(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	int saved = errno;
	bool inside = state_is_inside(
	    (uintptr_t)uc->uc_mcontext.gregs[REG_RSP]);

	if (inside && !is_fault(sig, info) && life_is_mine()) {
		tls.pending_signal = (uint32_t)sig;
		errno = saved;
		return;
	}
	/* A fault inside our own code: a report could only fault again. */
	if (!inside)
		life_end(WAY_SIGNAL);
	die_of(sig, info);
	errno = saved;
}

/* On the diag thread: what signal= promises. */
static void
tell(void *arg, uint64_t due_ns)
{
	snapshot_print();
}

static void
on_asked(int sig, siginfo_t *info, void *context)
{
	int saved = errno;

	ticker_poke();
	errno = saved;
}

/* @sig's disposition is the default one: puts our handler there. */
void
signals_fill(int sig)
{
	struct sigaction ours = { .sa_flags = SA_SIGINFO | SA_RESTART |
	    SA_ONSTACK };

	ours.sa_sigaction = sig == asked ? on_asked : on_fatal;
	memset(&ours.sa_mask, 0xff, sizeof(ours.sa_mask));
	signals_set(sig, &ours);
}

bool
signals_is_ours(const struct sigaction *act)
{
	return (act->sa_flags & SA_SIGINFO) != 0 &&
	    (act->sa_sigaction == on_fatal || act->sa_sigaction == on_asked);
}

static void
take(int sig)
{
	struct sigaction now;

	if (signals_get(sig, &now) != 0 || now.sa_handler != SIG_DFL ||
	    (now.sa_flags & SA_SIGINFO) != 0) {
		if (sig == asked)
			sink_notice("signal", "signal=%d: off: the host "
			    "handles it", sig);
		return;
	}
	signals_manage(sig);
}

static void
each_fatal(void (*see)(int sig))
{
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		if (fatal[i] != asked)
			see(fatal[i]);
	for (int sig = REALTIME; sig < REALTIME_END; sig++)
		if (sig != asked)
			see(sig);
}

static bool
wants_last_report(const struct options *opt)
{
	return opt->allocfreetrace != 0 || opt->leaks > 0 ||
	    opt->tape[0] != '\0' || opt->memstats == MEMSTATS_EXIT ||
	    opt->control;
}

void
signals_start(const struct options *opt)
{
	asked = opt->signal;
	if (asked != 0) {
		ticker_on_poke(tell);
		take(asked);
	}
	/* The first process of a container survives what would end others. */
	if (!wants_last_report(opt) || sys_getpid() == 1)
		return;
	state_set_deferred(die_later);
	each_fatal(take);
}

void
signals_after_fork_child(void)
{
	if (sys_getpid() == 1)
		each_fatal(signals_let_be);
}
