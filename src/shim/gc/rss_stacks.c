/*
 * rss_stacks - which mappings are stacks of threads.
 */
#include "shim/gc/rss_stacks.h"

#include <stddef.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/sys.h"
#include "shim/sched/thread.h"

enum { FIRST_CAP = 512 };	/* a page of addresses */

static struct {
	uint64_t *at;		/* one address in each known stack, sorted */
	size_t n, cap;
	size_t missing;		/* threads whose stack is not known */
	size_t left_out;	/* known, but the table was full */
} stacks;

static void
see(struct thread *t, void *arg)
{
	uint64_t high = t->stack_high;

	/* Libc keeps a thread's control block at the top of its stack. */
	if (high == 0)
		high = atomic_load(&t->handle);

	/* The main thread's has a name of its own in the list of mappings. */
	if (atomic_load(&t->tid) == sys_getpid() ||
	    atomic_load(&t->kind) == THREAD_FREE)
		return;
	if (high == 0)
		stacks.missing++;
	else if (stacks.n < stacks.cap)
		stacks.at[stacks.n++] = high - 1;
	else
		stacks.left_out++;
}

static void
collect(void)
{
	stacks.n = stacks.missing = stacks.left_out = 0;
	thread_each(see, NULL);
}

static void
sift(size_t root, size_t n)
{
	uint64_t *a = stacks.at, v = a[root];
	size_t child;

	while ((child = 2 * root + 1) < n) {
		if (child + 1 < n && a[child + 1] > a[child])
			child++;
		if (a[child] <= v)
			break;
		a[root] = a[child];
		root = child;
	}
	a[root] = v;
}

static void
sort(void)
{
	for (size_t i = stacks.n / 2; i-- > 0; )
		sift(i, stacks.n);
	for (size_t n = stacks.n; n > 1; n--) {
		uint64_t top = stacks.at[0];

		stacks.at[0] = stacks.at[n - 1];
		stacks.at[n - 1] = top;
		sift(0, n - 1);
	}
}

void
rss_stacks_collect(void)
{
	collect();
	if (stacks.left_out != 0) {
		size_t cap = MAX(FIRST_CAP,
		    2 * (stacks.n + stacks.left_out));
		uint64_t *at = mem_map(cap * sizeof(*at));

		if (at != NULL) {
			mem_unmap(stacks.at, stacks.cap * sizeof(*at));
			stacks.at = at;
			stacks.cap = cap;
			collect();
		}
	}
	sort();
}

bool
rss_stacks_in(uint64_t start, uint64_t end)
{
	size_t low = 0, high = stacks.n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (stacks.at[mid] < start)
			low = mid + 1;
		else
			high = mid;
	}
	return low < stacks.n && stacks.at[low] < end;
}

bool
rss_stacks_all_known(void)
{
	return stacks.missing == 0 && stacks.left_out == 0;
}
