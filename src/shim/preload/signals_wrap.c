/*
 * signals_wrap - sigaction() and its elders, with the host's view kept.
 *
 * Each wrapper steps aside (puts back what the host believes is there), lets
 * libc do its work, and steps in again when the result is the default.
 */
#include "shim/preload/signals_wrap.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/preload/life.h"
#include "shim/preload/real.h"

enum { SIGNALS = 65 };

typedef void (*handler_fn)(int);

DIAG_EXPORT int sigaction(int sig, const struct sigaction *act,
    struct sigaction *old);
DIAG_EXPORT handler_fn signal(int sig, handler_fn handler);
DIAG_EXPORT handler_fn bsd_signal(int sig, handler_fn handler);
DIAG_EXPORT handler_fn ssignal(int sig, handler_fn handler);
DIAG_EXPORT handler_fn sysv_signal(int sig, handler_fn handler);
DIAG_EXPORT handler_fn __sysv_signal(int sig, handler_fn handler);
DIAG_EXPORT handler_fn sigset(int sig, handler_fn handler);
DIAG_EXPORT int sigignore(int sig);
DIAG_EXPORT int siginterrupt(int sig, int on);

static _Atomic bool managed[SIGNALS];
/* What the host believes while our handler is there: SIG_DFL, with the flags
 * and the mask that it gave. */
static struct sigaction believed[SIGNALS];

static int
real_sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	static int (*real)(int, const struct sigaction *, struct sigaction *);

	real_once(real, "sigaction");
	if (real == NULL) {
		errno = ENOSYS;
		return -1;
	}
	return real(sig, act, old);
}

int
signals_get(int sig, struct sigaction *out)
{
	return real_sigaction(sig, NULL, out);
}

int
signals_set(int sig, const struct sigaction *act)
{
	return real_sigaction(sig, act, NULL);
}

static bool
is_managed(int sig)
{
	return sig > 0 && sig < SIGNALS && atomic_load_explicit(&managed[sig],
	    memory_order_relaxed);
}

/* The host's own disposition, where ours is. */
static bool
step_aside(int sig)
{
	struct sigaction now;

	if (!is_managed(sig) || signals_get(sig, &now) != 0 ||
	    !signals_is_ours(&now))
		return false;
	signals_set(sig, &believed[sig]);
	return true;
}

static void
step_in(int sig)
{
	struct sigaction now;
	int saved = errno;

	if (is_managed(sig) && signals_get(sig, &now) == 0 &&
	    (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL) {
		believed[sig] = now;
		signals_fill(sig);
	}
	errno = saved;
}

/* Not in a child of vfork(): its dispositions are its own, but what the host
 * believes is its parent's memory. */
static void
come_back(int sig)
{
	if (is_managed(sig) && life_is_mine())
		step_in(sig);
}

/* The end of a wrapper whose result is @ret. */
static int
answer(int sig, int ret)
{
	come_back(sig);
	return ret;
}

void
signals_manage(int sig)
{
	atomic_store(&managed[sig], true);
	step_in(sig);
}

void
signals_let_be(int sig)
{
	step_aside(sig);
	atomic_store(&managed[sig], false);
}

int
sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	struct sigaction before;
	int ret;

	if (likely(!is_managed(sig)))
		return real_sigaction(sig, act, old);
	/* Only looking needs no stepping aside, and leaves no gap. */
	if (act == NULL) {
		ret = real_sigaction(sig, NULL, old);
		if (ret == 0 && old != NULL && signals_is_ours(old))
			*old = believed[sig];
		return ret;
	}
	before = believed[sig];
	if (!step_aside(sig))
		return answer(sig, real_sigaction(sig, act, old));
	/* Setting it has left a mark of libc's (SA_RESTORER) in the flags. */
	ret = real_sigaction(sig, act, old);
	if (ret == 0 && old != NULL)
		*old = before;
	return answer(sig, ret);
}

#define ELDER(name, ret_type, second_type, failed)			\
ret_type								\
name(int sig, second_type second)					\
{									\
	static ret_type (*real)(int, second_type);			\
	ret_type ret;							\
									\
	real_once(real, #name);						\
	if (real == NULL) {						\
		errno = ENOSYS;						\
		return failed;						\
	}								\
	step_aside(sig);						\
	ret = real(sig, second);					\
	come_back(sig);							\
	return ret;							\
}

ELDER(signal, handler_fn, handler_fn, SIG_ERR)
ELDER(bsd_signal, handler_fn, handler_fn, SIG_ERR)
ELDER(ssignal, handler_fn, handler_fn, SIG_ERR)
ELDER(sysv_signal, handler_fn, handler_fn, SIG_ERR)
ELDER(__sysv_signal, handler_fn, handler_fn, SIG_ERR)
ELDER(sigset, handler_fn, handler_fn, SIG_ERR)
ELDER(siginterrupt, int, int, -1)

int
sigignore(int sig)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	return sigaction(sig, &ignore, NULL);
}
