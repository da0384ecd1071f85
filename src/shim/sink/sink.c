/*
 * sink - records in, whole lines out.
 *
 * Everything goes through the buffers of gather.c; a log is written out when
 * there is plenty or when the ticker says so, stderr after each record.  What
 * cannot be written stays in the buffers, and only when they are full records
 * are dropped: the newest, counted.
 */
#include "shim/sink/sink.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/errname.h"
#include "common/base/lock.h"
#include "common/base/sys.h"
#include "shim/sink/drain.h"
#include "shim/sink/gather.h"
#include "shim/sink/logfile.h"
#include "shim/sink/notice.h"
#include "shim/state/state.h"

enum { EARLY_MAX = 4096, PIECE_MAX = 32 * 1024, PREFIX_MAX = 24,
	TRIES_MAX = 1000 };

static bool opened;		/* atomic: set last */
static bool notices_only;	/* the log could not be opened */
static bool has_log;
static char prefix[PREFIX_MAX];	/* "" or "diag[PID] " */

static uint64_t dropped;	/* atomic: all that were lost */
static uint64_t unsaid;		/* atomic: those not reported yet */
static int unsaid_why;		/* atomic: -errno when one was dropped */

/* What was said before there was an output; by the constructor's thread. */
static char early[EARLY_MAX];
static size_t early_len;

/* Counts what was lost; once the log has ended, its last line says enough. */
static void
drop(uint64_t n)
{
	__atomic_fetch_add(&dropped, n, __ATOMIC_RELAXED);
	if (n == 0 || drain_is_over())
		return;
	__atomic_store_n(&unsaid_why, drain_failure(), __ATOMIC_RELAXED);
	__atomic_fetch_add(&unsaid, n, __ATOMIC_RELAXED);
}

/* Puts a line in front of the next record that tells how many are missing
 * before it. */
static COLD void
tell_losses(void)
{
	uint64_t n = __atomic_exchange_n(&unsaid, 0, __ATOMIC_RELAXED);
	char text[160];
	struct buf b = BUF(text);

	if (n == 0)
		return;
	buf_printf(&b, "diag: %lu record%s lost (%s)\n", (unsigned long)n,
	    n == 1 ? "" : "s",
	    drain_reason(__atomic_load_n(&unsaid_why, __ATOMIC_RELAXED)));
	/* With room for what follows: else it is lost next, and told again. */
	if (gather_put(text, b.len, prefix, GATHER_SIZE / 2) >= GATHER_FULL)
		__atomic_fetch_add(&unsaid, n, __ATOMIC_RELAXED);
}

/* Takes a record of moderate length. */
static bool
put_one(const char *record, size_t len)
{
	/* Other threads may fill the buffer again before our turn comes; while
	 * it is written out at all, it is not for long. */
	for (int tries = 0; tries < TRIES_MAX; tries++) {
		enum gather_result result;

		if (unlikely(__atomic_load_n(&unsaid, __ATOMIC_RELAXED) != 0))
			tell_losses();
		result = gather_put(record, len, prefix, 0);
		if (result == GATHER_BUSY)
			break;
		if (result != GATHER_FULL) {
			if (!has_log)
				drain(DRAIN_SOON);
			else if (result == GATHER_PLENTY)
				drain(DRAIN_IF_FREE);
			return true;
		}
		if (!drain(DRAIN_SOON))
			break;
	}
	drop(1);
	return false;
}

/* The first lines of @record that go in at once; an empty line is a good place
 * to part. */
static size_t
first_piece(const char *record, size_t len)
{
	if (len <= PIECE_MAX)
		return len;
	for (size_t n = PIECE_MAX; n > PIECE_MAX / 2; n--)
		if (record[n - 1] == '\n' && record[n - 2] == '\n')
			return n;
	for (size_t n = PIECE_MAX; n > 0; n--)
		if (record[n - 1] == '\n')
			return n;
	return PIECE_MAX;
}

static bool
put_early(const char *record, size_t len)
{
	if (len > EARLY_MAX - early_len) {
		drop(1);
		return false;
	}
	memcpy(early + early_len, record, len);
	early_len += len;
	return true;
}

bool
sink_put_anyway(const char *record, size_t len)
{
	bool all = true;

	if (!__atomic_load_n(&opened, __ATOMIC_ACQUIRE))
		return put_early(record, len);
	if (drain_is_over()) {
		drop(1);
		return false;
	}
	while (len > 0 && all) {
		size_t n = first_piece(record, len);

		all = put_one(record, n);
		record += n;
		len -= n;
	}
	return all;
}

bool
sink_takes_records(void)
{
	return !notices_only;
}

bool
sink_put(const char *record, size_t len)
{
	if (unlikely(!sink_takes_records())) {
		__atomic_fetch_add(&dropped, 1, __ATOMIC_RELAXED);
		return false;
	}
	return sink_put_anyway(record, len);
}

void
sink_flush(void)
{
	if (!__atomic_load_n(&opened, __ATOMIC_ACQUIRE) || drain_is_over())
		return;
	if (__atomic_load_n(&unsaid, __ATOMIC_RELAXED) != 0)
		tell_losses();
	drain(DRAIN_NOW);
	/* There may be room for it only now. */
	if (__atomic_load_n(&unsaid, __ATOMIC_RELAXED) != 0) {
		tell_losses();
		drain(DRAIN_SOON);
	}
}

void
sink_mend(void)
{
	gather_mend();
}

void
sink_close(void)
{
	drain_close();
}

void
sink_reopen(void)
{
	drain_reopen();
}

static void
set_prefix(bool wanted)
{
	struct buf b = BUF(prefix);

	if (wanted)
		buf_printf(&b, "diag[%d] ", sys_getpid());
	buf_cstr(&b);
}

/* Where the log is, when it is not where it was asked for. */
static void
tell_log(const struct sink_config *config, int err)
{
	unsigned user;

	if (err != 0)
		sink_notice("log", "log=%s: %s; only notices are printed, "
		    "here", config->log, logfile_reason(err));
	else if (has_log && logfile_is_own(&user))
		sink_notice("log", "log=%s: another user's; this is the log "
		    "of user %u, with .%u after its name", config->log, user,
		    user);
}

int
sink_open(const struct sink_config *config)
{
	int log_err = 0, err = 0;

	if (!gather_init())
		return -ENOMEM;
	set_prefix(config->prefix);
	has_log = config->log[0] != '\0';
	if (has_log) {
		logfile_name(config->log, config->program);
		/* Children may come when it is full: its end says so. */
		log_err = drain_open_log(config->host_writes,
		    config->prefix ? 0 : config->logmax);
		has_log = log_err == 0;
	}
	if (!has_log)
		err = drain_open_stderr(config->host_writes);
	drain_limit(config->logmax, prefix, drop);
	notices_only = log_err != 0;
	__atomic_store_n(&opened, true, __ATOMIC_RELEASE);
	if (early_len != 0)
		sink_put_anyway(early, early_len);
	early_len = 0;
	tell_log(config, log_err);
	return log_err != 0 ? log_err : err;
}

void
sink_adopt_thread(void)
{
	drain_adopt();
}

bool
sink_gathers(void)
{
	return has_log || drain_must_let_go();
}

size_t
sink_prefix_len(void)
{
	return strlen(prefix);
}

size_t
sink_whole_max(unsigned lines)
{
	size_t prefixes = lines * sink_prefix_len();

	if (!drain_is_stream())
		return SIZE_MAX;
	/* So many lines would be short ones. */
	return PIPE_BUF - MIN(prefixes, (size_t)PIPE_BUF / 2);
}

bool
sink_is_childrens(void)
{
	return !has_log || !logfile_is_per_process();
}

uint64_t
sink_dropped(void)
{
	return __atomic_load_n(&dropped, __ATOMIC_RELAXED);
}

void
sink_before_fork(void)
{
	if (has_log)
		drain(DRAIN_SOON);
}

void
sink_after_fork_parent(void)
{
	/* Nothing was held. */
}

void
sink_after_fork_child(bool with_prefix)
{
	if (!opened)
		return;
	gather_reset();
	dropped = 0;
	unsaid = 0;
	set_prefix(with_prefix);
	drain_after_fork_child();
}
