/*
 * stackcopy - asking for one page after the other.
 */
#include "shim/tasks/stackcopy.h"

#include <string.h>

#include "common/base/sys.h"

enum { PAGE = 4096, PIECES = STACKCOPY_BYTES / PAGE + 1 };

static struct {
	uint8_t bytes[STACKCOPY_BYTES];
	uint64_t low, high;
} copy;

/* Page by page, so that what can be read is read when the rest cannot. */
bool
stackcopy_take(uint64_t low, uint64_t high)
{
	struct iovec from[PIECES];
	uint64_t at = low;
	unsigned n = 0;
	long got;

	copy.low = copy.high = low;
	if (low + STACKCOPY_BYTES < low)
		return false;
	high = MIN(high, low + STACKCOPY_BYTES);
	while (at < high && n < PIECES) {
		uint64_t next = (at & ~(uint64_t)(PAGE - 1)) + PAGE;

		next = MIN(next, high);
		from[n].iov_base = (void *)(uintptr_t)at;
		from[n++].iov_len = next - at;
		at = next;
	}
	got = sys_copy_pieces(copy.bytes, STACKCOPY_BYTES, from, n);
	if (got > 0)
		copy.high = low + (uint64_t)got;
	return got > 0;
}

bool
stackcopy_word(uint64_t at, uint64_t *word)
{
	if (at < copy.low || at + 8 < at || at + 8 > copy.high)
		return false;
	memcpy(word, copy.bytes + (at - copy.low), sizeof(*word));
	return true;
}

uint64_t
stackcopy_high(void)
{
	return copy.high;
}
