/*
 * bench_stack - what a capture costs, in nanoseconds, beside libunwind's.
 *
 * Stacks of at least twelve frames, in code without frame pointers:
 *   same      the same stack again and again
 *   leaf      only the innermost frame's place differs
 *   second    everything differs from the second frame (from the root) on
 *   random    four functions call each other at random, 12 to 28 deep
 *
 * Linked with the library's own objects.  The cost of the calls alone is
 * measured too and taken off.  With a number it makes so many captures of one
 * kind and says nothing, for a profiler.
 */
#define UNW_LOCAL_ONLY
#include <libunwind.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/attrs.h"
#include "shim/stack/stack.h"

enum { ROUNDS = 150, LOOPS = 1000 };

typedef void (*end_fn)(void);

static struct stack_cache *cache;
static volatile uint32_t sink, last;
static uint64_t seed = 88172645463325252ull;
static uint64_t bits;
static unsigned path_mask = 0xffff;
static end_fn at_end;

static double
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t
draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void
end_nothing(void)
{
	sink++;
}

static void
end_capture(void)
{
	last = stack_capture(cache);
}

static void
end_libunwind(void)
{
	void *pc[64];

	sink = (uint32_t)unw_backtrace(pc, 64);
}

/* Four functions of different frame sizes; one bit pair of @bits a level says
 * who is next. */
static __attribute__((noinline)) int go(unsigned depth);

#define LINK_BODY(name, pad) \
static __attribute__((noinline)) int \
name(unsigned depth) \
{ \
	volatile char room[pad]; \
 \
	room[0] = (char)depth; \
	return go(depth) + room[0]; \
}
LINK_BODY(link_a, 24)
LINK_BODY(link_b, 56)
LINK_BODY(link_c, 104)
LINK_BODY(link_d, 8)

/* Each level is one frame: the calls below are the only ones. */
static int
go(unsigned depth)
{
	unsigned which = bits & 3;

	if (depth == 0) {
		at_end();
		return 1;
	}
	bits >>= 2;
	switch (which) {
	case 0:
		return link_a(depth - 1) + 1;
	case 1:
		return link_b(depth - 1) + 2;
	case 2:
		return link_c(depth - 1) + 3;
	default:
		return link_d(depth - 1) + 4;
	}
}

static void
run_same(unsigned i)
{
	bits = 0x1234567;
	sink += (uint32_t)go(6);
}

static __attribute__((noinline)) void
leaf_1(void)
{
	at_end();
	sink++;
}

static __attribute__((noinline)) void
leaf_2(void)
{
	at_end();
	sink++;
}

static end_fn real_end;

static void
either_leaf(void)
{
	end_fn saved = at_end;

	at_end = real_end;
	for (unsigned i = 0; i < 16; i++)
		if (i & 1)
			leaf_1();
		else
			leaf_2();
	at_end = saved;
}

static void
run_leaf(unsigned i)
{
	real_end = at_end;
	at_end = either_leaf;
	bits = 0x1234567;
	sink += (uint32_t)go(6);
	at_end = real_end;
}

static void
run_second(unsigned i)
{
	bits = draw() & path_mask;
	sink += (uint32_t)go(6);
}

static void
run_random(unsigned i)
{
	uint64_t r = draw();

	bits = r >> 8;
	sink += (uint32_t)go(6 + (r & 7));
}

static double
time_one(void (*run)(unsigned), end_fn end)
{
	double best = 1e18;

	at_end = end;
	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns(), took;

		seed = 88172645463325252ull;
		for (unsigned i = 0; i < LOOPS; i++)
			run(i);
		took = (now_ns() - start) / LOOPS;
		best = MIN(best, took);
	}
	return best;
}

static void
row(const char *name, void (*run)(unsigned), double per_run)
{
	double none = time_one(run, end_nothing);
	double ours = time_one(run, end_capture);
	double theirs = time_one(run, end_libunwind);

	printf("%-28s %8.1f ns %8.1f ns unw_backtrace %6.1f ns the calls\n",
	    name, (ours - none) / per_run, (theirs - none) / per_run,
	    none / per_run);
}

int
main(int argc, char **argv)
{
	uintptr_t pc[64];

	if (stack_init(64) != 0)
		return 1;
	cache = stack_cache_make(0, 0);
	at_end = end_capture;
	run_same(0);
	printf("%u frames\n", stack_frames(last, pc, 64, NULL));
	if (argc > 1) {
		for (long i = atol(argv[1]); i-- > 0;)
			(argc > 2 ? run_second : run_leaf)((unsigned)i);
		return 0;
	}
	row("same stack", run_same, 1);
	row("only the leaf differs", run_leaf, 16);
	path_mask = 0xff;
	row("from the 2nd on, 256 paths", run_second, 1);
	path_mask = 0xfff;
	row("from the 2nd on, 4096 paths", run_second, 1);
	row("random recursion", run_random, 1);
	printf("%u nodes\n", stack_limit());
	return 0;
}
