/*
 * test_tapereader - a tape becomes the events that were recorded, in order.
 */
#include "tool/report/tapereader.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/tape/tape.h"

enum { CHUNKS = 3, SIZE = TAPE_UNIT * (1 + CHUNKS) };

static char path[] = "/tmp/test_tapereader.XXXXXX";
static _Alignas(8) uint8_t tape[SIZE];
static struct tape_context ctx[CHUNKS];
static uint8_t *at[CHUNKS];
static struct model m;
static struct readnotes notes;

static struct tape_header *
header(void)
{
	return (void *)tape;
}

static void
begin_chunk(unsigned i, uint64_t thread, uint32_t seq)
{
	struct tape_chunk *c = (void *)(tape + TAPE_UNIT * (1 + i));

	*c = (struct tape_chunk){
		.magic = TAPE_CHUNK_MAGIC,
		.size = TAPE_UNIT,
		.tid = (int32_t)thread * 10,
		.seq = seq,
		.thread = thread,
		.name = "w",
	};
	tape_context_begin(&ctx[i], c);
	at[i] = (uint8_t *)(c + 1);
}

/* Times are shifted on a tape; these survive it. */
static void
put(unsigned i, uint8_t kind, uint64_t time, uint64_t addr, uint64_t size)
{
	at[i] += tape_put_event(at[i], &ctx[i], &(struct tape_event){
	    .stamp = time << TAPE_STAMP_SHIFT,
	    .addr = addr << TAPE_ADDR_SHIFT,
	    .size = size,
	    .stack = 2,
	    .kind = kind,
	});
}

/* Thread 1 has chunks 0 and 2, thread 2 has chunk 1. */
static void
make_tape(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	memset(tape, 0, sizeof(tape));
	*header() = (struct tape_header){
		.magic = TAPE_MAGIC,
		.version = TAPE_VERSION,
		.unit = TAPE_UNIT,
		.stamp_shift = TAPE_STAMP_SHIFT,
		.addr_shift = TAPE_ADDR_SHIFT,
		.flags = TAPE_STAMP_IS_NS,
		.state = TAPE_ENDED,
		.sample = 1,
		.maxsize = UINT64_MAX,
		.end = SIZE,
		.program = "p",
	};
	begin_chunk(0, 1, 0);
	begin_chunk(1, 2, 0);
	begin_chunk(2, 1, 1);
}

static int
read_tape(void)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	header()->sum = tape_header_sum(header());
	ck_assert_uint_eq(fwrite(tape, 1, sizeof(tape), f), sizeof(tape));
	fclose(f);
	model_start(&m);

	int err = tapereader_read(&m, path, &notes);

	model_end(&m);
	return err;
}

static void
drop_tape(void)
{
	readnotes_drop(&notes);
	model_drop(&m);
	unlink(path);
	strcpy(path + strlen(path) - 6, "XXXXXX");
}

static void
put_stack(void)
{
	static const char so[] = "/lib/x.so";

	/* The inner node comes first and in another chunk than its parent. */
	at[1] += tape_put_node(at[1], &(struct tape_node){
	    .id = 2, .parent = 1, .pc = 0x5020, .module = 1 });
	at[0] += tape_put_node(at[0], &(struct tape_node){
	    .id = 1, .pc = 0x5010, .module = 1 });
	at[2] += tape_put_module(at[2], &(struct tape_module){
	    .number = 1, .start = 0x5000, .end = 0x6000, .bias = 0x5000,
	    .build_id = { 0xab, 1 }, .build_id_len = 2,
	    .path = so, .path_len = strlen(so) });
}

/* The order of threads within one time is not on the tape; what can be is. */
START_TEST(a_block_is_handed_on_within_one_time)
{
	put_stack();
	put(0, TAPE_ALLOC, 5, 0x100, 10);
	put(0, TAPE_ALLOC, 9, 0x200, 20);	/* given to thread 2, */
	put(1, TAPE_FREE, 9, 0x200, 0);		/* which frees it, */
	put(1, TAPE_FREE, 9, 0x100, 0);
	put(1, TAPE_ALLOC, 9, 0x200, 30);	/* and gets its place, */
	put(2, TAPE_FREE, 9, 0x200, 0);		/* as does thread 1 */
	put(2, TAPE_ALLOC, 9, 0x100, 40);
	put(2, TAPE_FREE, 12, 0x300, 0);	/* nobody's */
	ck_assert_int_eq(read_tape(), 0);
	ck_assert_uint_eq(m.totals.allocs, 4);
	ck_assert_uint_eq(m.totals.frees, 4);
	ck_assert_uint_eq(m.totals.unknown_frees, 1);
	ck_assert_uint_eq(m.totals.missed_frees, 0);
	ck_assert_uint_eq(m.totals.live, 40);
	drop_tape();
}
END_TEST

START_TEST(threads_are_merged_in_the_order_of_time)
{
	put_stack();
	/* The address goes from thread 1 to 2 and back. */
	put(0, TAPE_ALLOC, 10, 7, 100);
	put(0, TAPE_FREE, 20, 7, 0);
	put(1, TAPE_ALLOC, 20, 7, 30);
	put(1, TAPE_FREE, 40, 7, 0);
	put(2, TAPE_ALLOC, 50, 7, 60);
	ck_assert_int_eq(read_tape(), 0);
	ck_assert_uint_eq(m.totals.allocs, 3);
	ck_assert_uint_eq(m.totals.frees, 2);
	ck_assert_uint_eq(m.totals.missed_frees, 0);
	ck_assert_uint_eq(m.totals.unknown_frees, 0);
	ck_assert_uint_eq(m.totals.peak, 100);
	ck_assert_uint_eq(m.totals.live, 60);
	ck_assert_uint_eq(m.totals.temporary, 2);
	ck_assert_uint_eq(m.n_threads, 2);
	ck_assert_uint_eq(notes.damaged, 0);
	ck_assert(!notes.cut);
}
END_TEST

START_TEST(a_stack_is_joined_from_nodes_of_any_chunk)
{
	put_stack();
	put(2, TAPE_ALLOC, 10, 7, 100);
	ck_assert_int_eq(read_tape(), 0);
	ck_assert_uint_eq(notes.no_stack, 0);
	ck_assert_uint_eq(m.n_sites, 2);

	const struct node *inner = &m.nodes[m.sites[1].node];
	const struct frame *f = &m.frames[inner->frame];
	const struct module *mod = &m.modules[f->module];

	ck_assert_uint_eq(f->addr, 0x20);
	ck_assert_uint_eq(m.frames[m.nodes[inner->parent].frame].addr, 0x10);
	ck_assert_str_eq(strings_get(&m.strings, mod->path), "/lib/x.so");
	ck_assert_str_eq(strings_get(&m.strings, mod->name), "x.so");
	ck_assert_str_eq(strings_get(&m.strings, mod->build_id), "ab01");
}
END_TEST

/* As on the tape of a forked child. */
START_TEST(numbers_begin_anywhere)
{
	enum { FAR = TAPE_NODES_MAX - 1 };

	at[0] += tape_put_node(at[0], &(struct tape_node){
	    .id = FAR, .parent = 5000000, .pc = 7 });
	at[0] += tape_put_node(at[0], &(struct tape_node){
	    .id = 5000000, .pc = 8 });
	at[0] += tape_put_node(at[0], &(struct tape_node){
	    .id = UINT32_MAX, .pc = 9 });
	at[0] += tape_put_event(at[0], &ctx[0], &(struct tape_event){
	    .stamp = 10, .addr = 0x70, .size = 100, .stack = FAR,
	    .kind = TAPE_ALLOC });
	at[0] += tape_put_event(at[0], &ctx[0], &(struct tape_event){
	    .stamp = 11, .addr = 0x80, .size = 10, .stack = UINT32_MAX,
	    .kind = TAPE_ALLOC });
	ck_assert_int_eq(read_tape(), 0);
	ck_assert_uint_eq(notes.no_stack, 1);
	ck_assert_uint_eq(m.n_sites, 3);

	const struct node *inner = &m.nodes[m.sites[1].node];

	ck_assert_uint_eq(m.frames[inner->frame].addr, 7);
	ck_assert_uint_eq(m.frames[m.nodes[inner->parent].frame].addr, 8);
	drop_tape();
}
END_TEST

START_TEST(a_stack_in_circles_is_no_stack)
{
	at[0] += tape_put_node(at[0], &(struct tape_node){
	    .id = 2, .parent = 3, .pc = 1 });
	at[0] += tape_put_node(at[0], &(struct tape_node){
	    .id = 3, .parent = 2, .pc = 1 });
	put(0, TAPE_ALLOC, 10, 7, 100);
	ck_assert_int_eq(read_tape(), 0);
	ck_assert_uint_eq(notes.no_stack, 1);
	ck_assert_uint_eq(m.totals.live, 100);
}
END_TEST

START_TEST(a_damaged_chunk_leaves_the_others)
{
	put_stack();
	put(0, TAPE_ALLOC, 10, 7, 100);
	put(2, TAPE_ALLOC, 50, 8, 60);
	memset(tape + TAPE_UNIT * 2, 0x5a, TAPE_UNIT);
	ck_assert_int_eq(read_tape(), 0);
	ck_assert_uint_eq(m.totals.allocs, 2);
	ck_assert_uint_eq(notes.damaged, 1);
	ck_assert_uint_eq(notes.chunks, 2);
}
END_TEST

START_TEST(a_killed_process_leaves_a_tape_that_is_cut)
{
	header()->state = TAPE_RUNNING;
	put_stack();
	put(0, TAPE_ALLOC, 10, 7, 100);
	ck_assert_int_eq(read_tape(), 0);
	ck_assert(notes.cut);
	ck_assert_uint_eq(m.totals.live, 100);
}
END_TEST

/* The copy at the end was not finished when the process was killed; or it was,
 * and the chunk was being emptied. */
START_TEST(of_a_chunk_that_is_there_twice_the_longer_counts)
{
	unsigned whole = _i == 0 ? 0 : 2, part = 2 - whole;

	header()->state = _i < 2 ? TAPE_RUNNING : TAPE_ENDED;
	begin_chunk(2, 1, 0);
	put(whole, TAPE_ALLOC, 10, 7, 100);
	put(whole, TAPE_ALLOC, 20, 8, 100);
	put(whole, TAPE_FREE, 30, 7, 0);
	put(part, TAPE_ALLOC, 10, 7, 100);
	ck_assert_int_eq(read_tape(), 0);
	ck_assert_uint_eq(m.totals.allocs, 2);
	ck_assert_uint_eq(m.totals.frees, 1);
	ck_assert_uint_eq(notes.damaged, 0);
	ck_assert_uint_eq(notes.chunks, 2);
}
END_TEST

START_TEST(what_is_not_a_tape_is_refused)
{
	header()->version = 99;
	ck_assert_int_lt(read_tape(), 0);
	ck_assert(tapereader_is_tape(path));
	header()->magic[0] = 'x';
	model_drop(&m);
	ck_assert_int_lt(read_tape(), 0);
	ck_assert(!tapereader_is_tape(path));
}
END_TEST

START_TEST(changed_tapes_are_read_to_their_end)
{
	uint32_t state = (uint32_t)_i * 7919 + 1;

	put_stack();
	for (unsigned i = 0; i < 200; i++)
		put(i % 3, i % 2 ? TAPE_FREE : TAPE_ALLOC, i, i / 2, i);
	for (unsigned i = 0; i < 40; i++) {
		state = state * 1664525u + 1013904223u;

		/* The magic, the version and the unit stay. */
		uint32_t where = 16 + (state >> 8) % (SIZE - 16);

		if (i % 2)
			where = TAPE_UNIT * (1 + i / 2 % CHUNKS) +
			    (state >> 8) % 300;
		tape[where] = (uint8_t)(state >> 24);
	}
	header()->stamp_shift &= 63;
	header()->addr_shift &= 63;
	read_tape();
	ck_assert_uint_le(m.totals.allocs, 3 * TAPE_UNIT);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tapereader");
	TCase *t = tcase_create("tapereader");

	tcase_add_checked_fixture(t, make_tape, drop_tape);
	tcase_add_test(t, a_block_is_handed_on_within_one_time);
	tcase_add_test(t, threads_are_merged_in_the_order_of_time);
	tcase_add_test(t, a_stack_is_joined_from_nodes_of_any_chunk);
	tcase_add_test(t, numbers_begin_anywhere);
	tcase_add_test(t, a_stack_in_circles_is_no_stack);
	tcase_add_test(t, a_damaged_chunk_leaves_the_others);
	tcase_add_test(t, a_killed_process_leaves_a_tape_that_is_cut);
	tcase_add_loop_test(t, of_a_chunk_that_is_there_twice_the_longer_counts,
	    0, 3);
	tcase_add_test(t, what_is_not_a_tape_is_refused);
	tcase_add_loop_test(t, changed_tapes_are_read_to_their_end, 0, 40);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
