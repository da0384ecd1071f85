/*
 * gather - filling, swapping and emptying the sink's two buffers.
 */
#include "shim/sink/gather.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/lock.h"
#include "common/base/mem.h"
#include "common/base/sys.h"

enum { SPINS = 100 };
#define FILL_PATIENCE_NS (200 * NS_PER_MS)

struct half {
	uint32_t len;
	uint32_t records;
	uint32_t ends[GATHER_RECORDS];	/* where each record ends */
	char data[GATHER_SIZE];
};

/* The filling lock: who has it, by the address of its frame_of_mine.  One word
 * tells both, so that there is no moment in which it is taken by nobody. */
static const uintptr_t *owner;
static __thread uintptr_t frame_of_mine;	/* that took the lock */
static uint32_t turns;			/* a futex: changes when it is given */
static uint32_t waiters;
static bool stuck;			/* somebody waited in vain */

/* Under it. */
static struct half *in;

/* Under the sink's output lock. */
static struct half *out;
static uint32_t done;			/* bytes of it that are written */
static uint32_t next;			/* its first incomplete record */

bool
gather_init(void)
{
	struct half *halves = in != NULL ? NULL : mem_map(2 * sizeof(*in));

	if (halves != NULL) {
		in = &halves[0];
		out = &halves[1];
	}
	gather_reset();
	return in != NULL;
}

/* True on a signal stack, where frames cannot be compared with the owner's. */
static bool
on_signal_stack(void)
{
	stack_t ss = { 0 };

	sys_call2(SYS_sigaltstack, NULL, &ss);
	return (ss.ss_flags & SS_ONSTACK) != 0;
}

static bool
try(uintptr_t frame)
{
	const uintptr_t *nobody = NULL;

	if (__atomic_load_n(&owner, __ATOMIC_RELAXED) != NULL)
		return false;
	frame_of_mine = frame;
	if (!__atomic_compare_exchange_n(&owner, &nobody, &frame_of_mine,
	    false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	/* Once more: a handler may have come and gone in between. */
	atomic_signal_fence(memory_order_seq_cst);
	frame_of_mine = frame;
	return true;
}

/* The lock is this thread's own already: either we are in a handler that
 * interrupted the copy, deeper in the stack; or the frame that took it is gone
 * because a handler jumped over it: then it is ours to go on with. */
static bool
take_over(uintptr_t frame)
{
	if (frame < frame_of_mine || on_signal_stack())
		return false;
	frame_of_mine = frame;
	return true;
}

static bool
wait_and_try(uintptr_t frame)
{
	uint64_t end = clock_ns() + FILL_PATIENCE_NS;
	bool taken;

	__atomic_fetch_add(&waiters, 1, __ATOMIC_SEQ_CST);
	do {
		uint32_t turn = __atomic_load_n(&turns, __ATOMIC_SEQ_CST);

		taken = try(frame);
		if (!taken)
			futex_wait(&turns, turn, NS_PER_MS);
	} while (!taken && clock_ns() < end);
	__atomic_fetch_sub(&waiters, 1, __ATOMIC_SEQ_CST);
	return taken;
}

static COLD bool
enter_slowly(uintptr_t frame)
{
	if (__atomic_load_n(&owner, __ATOMIC_RELAXED) == &frame_of_mine)
		return take_over(frame);
	/* What a copy takes is over before a sleep would have begun. */
	for (int i = 0; i < SPINS; i++) {
		if (try(frame))
			return true;
		__builtin_ia32_pause();
	}
	if (__atomic_load_n(&stuck, __ATOMIC_RELAXED) || !wait_and_try(frame)) {
		__atomic_store_n(&stuck, true, __ATOMIC_RELAXED);
		return false;
	}
	return true;
}

static bool
enter(uintptr_t frame)
{
	return likely(try(frame)) || enter_slowly(frame);
}

static void
leave(void)
{
	if (unlikely(__atomic_load_n(&stuck, __ATOMIC_RELAXED)))
		__atomic_store_n(&stuck, false, __ATOMIC_RELAXED);
	__atomic_store_n(&owner, NULL, __ATOMIC_SEQ_CST);
	if (likely(__atomic_load_n(&waiters, __ATOMIC_SEQ_CST) == 0))
		return;
	__atomic_fetch_add(&turns, 1, __ATOMIC_SEQ_CST);
	futex_wake(&turns, 1);
}

void
gather_mend(void)
{
	if (__atomic_load_n(&owner, __ATOMIC_RELAXED) == &frame_of_mine)
		leave();
}

static bool
fits(const struct half *h, size_t len)
{
	return h->records < GATHER_RECORDS && len <= GATHER_SIZE - h->len;
}

/* How long @record is with prefixes and a newline at its end. */
static size_t
length_with(const char *record, size_t len, size_t prefix_len)
{
	size_t lines = record[len - 1] != '\n';

	if (prefix_len == 0)
		return len + lines;
	for (const char *s = record; s != NULL; lines++) {
		s = memchr(s, '\n', (size_t)(record + len - s));
		if (s == NULL)
			break;
		s++;
	}
	return len + (record[len - 1] != '\n') + lines * prefix_len;
}

/* Copies line by line; returns the end. */
static char *
copy_lines(char *to, const char *record, size_t len, const char *prefix,
    size_t prefix_len)
{
	while (len > 0) {
		const char *end = memchr(record, '\n', len);
		size_t n = end == NULL ? len : (size_t)(end - record) + 1;

		memcpy(to, prefix, prefix_len);
		memcpy(to + prefix_len, record, n);
		to += prefix_len + n;
		record += n;
		len -= n;
	}
	return to;
}

static void
append(struct half *h, const char *record, size_t len, const char *prefix,
    size_t prefix_len)
{
	char *end = h->data + h->len;

	if (prefix_len == 0) {
		memcpy(end, record, len);
		end += len;
	} else {
		end = copy_lines(end, record, len, prefix, prefix_len);
	}
	if (end[-1] != '\n')
		*end++ = '\n';
	/* The record counts from here on; a copy that was left half done is
	 * overwritten by the next. */
	atomic_signal_fence(memory_order_seq_cst);
	h->ends[h->records] = (uint32_t)(end - h->data);
	h->len = (uint32_t)(end - h->data);
	h->records++;
}

enum gather_result
gather_put(const char *record, size_t len, const char *prefix, size_t spare)
{
	size_t prefix_len = strlen(prefix);
	enum gather_result result = GATHER_FULL;

	if (len == 0)
		return GATHER_OK;
	if (!enter((uintptr_t)__builtin_frame_address(0)))
		return GATHER_BUSY;
	if (fits(in, length_with(record, len, prefix_len) + spare)) {
		append(in, record, len, prefix, prefix_len);
		result = in->len < GATHER_PLENTY_SIZE ? GATHER_OK :
		    GATHER_PLENTY;
	}
	leave();
	return result;
}

bool
gather_swap(void)
{
	struct half *filled;

	if (!gather_is_written() ||
	    !enter((uintptr_t)__builtin_frame_address(0)))
		return false;
	filled = in;
	if (filled->len != 0) {
		out->len = 0;
		out->records = 0;
		in = out;
		out = filled;
		done = 0;
		next = 0;
	}
	leave();
	return !gather_is_written();
}

/* The last record of the buffer that ends at or before @limit, from @next on;
 * its end, or @done when there is none. */
static uint32_t
last_end(uint64_t limit)
{
	uint32_t low = next, high = out->records;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (out->ends[middle] <= limit)
			low = middle + 1;
		else
			high = middle;
	}
	return low == next ? done : out->ends[low - 1];
}

size_t
gather_piece(const char **at, size_t max, bool whole, bool *begun)
{
	uint32_t end;

	*at = out->data + done;
	*begun = gather_begun() != 0;
	if (gather_is_written())
		return 0;
	end = last_end((uint64_t)done + max);
	if (end > done)
		return end - done;
	if (whole)
		return *begun ? out->ends[next] - done : 0;
	for (size_t n = max; n > 0; n--)
		if ((*at)[n - 1] == '\n')
			return n;
	return max;
}

unsigned
gather_wrote(size_t n)
{
	uint32_t before = next;

	done += (uint32_t)n;
	while (next < out->records && out->ends[next] <= done)
		next++;
	return next - before;
}

size_t
gather_begun(void)
{
	return done - (next == 0 ? 0 : out->ends[next - 1]);
}

void
gather_rewind(void)
{
	done -= (uint32_t)gather_begun();
}

bool
gather_is_written(void)
{
	return done == out->len;
}

unsigned
gather_discard(void)
{
	unsigned n = out->records - next;

	done = out->len;
	next = out->records;
	if (!enter((uintptr_t)__builtin_frame_address(0)))
		return n;
	n += in->records;
	in->len = 0;
	in->records = 0;
	leave();
	return n;
}

void
gather_reset(void)
{
	owner = NULL;
	waiters = 0;
	stuck = false;
	done = 0;
	next = 0;
	if (in == NULL)
		return;
	in->len = 0;
	in->records = 0;
	out->len = 0;
	out->records = 0;
}
