/*
 * test_tape - what is put on a tape is what is read from it, and damage is
 * noticed.
 */
#include "common/tape/tape.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = TAPE_UNIT };

static _Alignas(8) uint8_t memory[SIZE];
static struct tape_chunk *chunk = (struct tape_chunk *)memory;
static uint8_t *at;
static struct tape_context ctx;

static void
begin(void)
{
	memset(memory, 0, sizeof(memory));
	*chunk = (struct tape_chunk){
	    .magic = TAPE_CHUNK_MAGIC,
	    .size = SIZE,
	    .tid = 7,
	    .stamp = 1000 << TAPE_STAMP_SHIFT,
	    .addr = 0x300000001000,
	};
	at = memory + sizeof(*chunk);
	tape_context_begin(&ctx, chunk);
}

static void
put(uint8_t kind, uint64_t stamp, uint64_t addr, uint64_t size, uint32_t stack,
    uint8_t entry)
{
	at += tape_put_event(at, &ctx, &(struct tape_event){
	    .kind = kind,
	    .stamp = stamp << TAPE_STAMP_SHIFT,
	    .addr = addr,
	    .size = size,
	    .stack = stack,
	    .entry = entry,
	});
}

static void
expect(struct tape_cursor *cur, uint8_t kind, uint64_t stamp, uint64_t addr,
    uint64_t size, uint32_t stack)
{
	struct tape_record r;

	ck_assert(tape_next(cur, &r));
	ck_assert_uint_eq(r.kind, kind);
	ck_assert_uint_eq(r.event.stamp, stamp << TAPE_STAMP_SHIFT);
	ck_assert_uint_eq(r.event.addr, addr);
	ck_assert_uint_eq(r.event.size, size);
	ck_assert_uint_eq(r.event.stack, stack);
}

START_TEST(events_come_back_as_they_were_put)
{
	struct tape_cursor cur;
	struct tape_record r;

	begin();
	put(TAPE_ALLOC, 1001, 0x300000001040, 100, 17, 0);
	put(TAPE_ALLOC, 1002, 0x300000000040, 100, 17, 1);
	put(TAPE_FREE, 1002, 0x300000000040, 0, 5, 0);
	put(TAPE_FREE, 900000, 0x33ffffffff00, 0, 3, 0);
	put(TAPE_ALLOC, 900001, 0x10, (uint64_t)1 << 47, 4000000000u, 9);

	tape_cursor_begin(&cur, chunk);
	expect(&cur, TAPE_ALLOC, 1001, 0x300000001040, 100, 17);
	expect(&cur, TAPE_ALLOC, 1002, 0x300000000040, 100, 17);
	expect(&cur, TAPE_FREE, 1002, 0x300000000040, 0, 5);
	expect(&cur, TAPE_FREE, 900000, 0x33ffffffff00, 0, 3);
	expect(&cur, TAPE_ALLOC, 900001, 0x10, (uint64_t)1 << 47, 4000000000u);
	ck_assert(!tape_next(&cur, &r));
	ck_assert(!cur.damaged);
}
END_TEST

/* Addresses near and far, up and down, over all borders; stacks after the last
 * of their kind and after the last of the other. */
START_TEST(any_addresses_and_stacks_come_back)
{
	static const uint64_t step[] = { 0, 1, 15, 16, 17, 0xffff, 0x10000,
		0xfffff, 0x12345678, (uint64_t)1 << 43 };
	struct tape_cursor cur;
	uint64_t addr = 0x7f0000000000, seed = 9;
	struct { uint64_t addr; uint32_t stack; uint8_t kind; } put_[200];

	begin();
	for (unsigned i = 0; i < ARRAY_LEN(put_); i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		addr += (seed >> 40 & 1 ? 16 : -(uint64_t)16) *
		    step[(seed >> 33) % ARRAY_LEN(step)];
		put_[i].addr = addr;
		put_[i].kind = seed >> 50 & 1 ? TAPE_ALLOC : TAPE_FREE;
		put_[i].stack = seed >> 60 & 1 ? (uint32_t)(seed >> 20) :
		    i == 0 ? UINT32_MAX : put_[i - 1].stack + 1;
		put(put_[i].kind, 1000 + i, put_[i].addr, 48, put_[i].stack, 0);
	}
	tape_cursor_begin(&cur, chunk);
	for (unsigned i = 0; i < ARRAY_LEN(put_); i++)
		expect(&cur, put_[i].kind, 1000 + i, put_[i].addr,
		    put_[i].kind == TAPE_ALLOC ? 48 : 0, put_[i].stack);
}
END_TEST

/* What diag-tape(5) says, byte for byte. */
START_TEST(an_event_is_these_bytes)
{
	static const uint8_t bytes[] = {
		TAPE_ALLOC, 1, 4 << 1 << 1, 100, 17 << 1,
		TAPE_FREE | TAPE_SAME_ADDR | TAPE_FROM_LAST, 0, 1 << 1,
		TAPE_ALLOC | TAPE_SAME_SIZE | TAPE_SAME_STACK, 2, 0x81, 0x60,
	};

	begin();
	put(TAPE_ALLOC, 1001, 0x300000001040, 100, 17, 0);
	put(TAPE_FREE, 1001, 0x300000001040, 0, 18, 0);
	put(TAPE_ALLOC, 1003, 0x300000018000, 100, 17, 0);
	ck_assert_uint_eq(at - memory, sizeof(*chunk) + sizeof(bytes));
	ck_assert_mem_eq(memory + sizeof(*chunk), bytes, sizeof(bytes));
}
END_TEST

START_TEST(time_never_goes_back)
{
	struct tape_cursor cur;

	begin();
	put(TAPE_ALLOC, 2000, 0x300000001040, 1, 1, 0);
	put(TAPE_FREE, 1500, 0x300000001040, 0, 1, 0);
	tape_cursor_begin(&cur, chunk);
	expect(&cur, TAPE_ALLOC, 2000, 0x300000001040, 1, 1);
	expect(&cur, TAPE_FREE, 2000, 0x300000001040, 0, 1);
}
END_TEST

START_TEST(nodes_and_modules_come_back)
{
	struct tape_module m = {
	    .start = 0x7f0000000000, .end = 0x7f0000200000,
	    .bias = 0x7f0000000000, .number = 77, .build_id = { 1, 2, 3 },
	    .build_id_len = 3, .path = "/usr/lib/libx.so", .path_len = 16,
	};
	struct tape_cursor cur;
	struct tape_record r;

	begin();
	at += tape_put_module(at, &m);
	at += tape_put_node(at, &(struct tape_node){
	    .id = 9, .parent = 4, .pc = 0x7f0000001234, .flags = 1,
	    .module = 77 });
	tape_cursor_begin(&cur, chunk);
	ck_assert(tape_next(&cur, &r));
	ck_assert_uint_eq(r.kind, TAPE_MODULE);
	ck_assert_uint_eq(r.module.number, 77);
	ck_assert_uint_eq(r.module.bias, m.bias);
	ck_assert_uint_eq(r.module.build_id_len, 3);
	ck_assert_uint_eq(r.module.path_len, 16);
	ck_assert(memcmp(r.module.path, m.path, 16) == 0);
	ck_assert(tape_next(&cur, &r));
	ck_assert_uint_eq(r.node.id, 9);
	ck_assert_uint_eq(r.node.parent, 4);
	ck_assert_uint_eq(r.node.pc, 0x7f0000001234);
	ck_assert_uint_eq(r.node.flags, 1);
	ck_assert_uint_eq(r.node.module, 77);
}
END_TEST

/* Events with short and with long numbers, and nodes between them, up to the
 * chunk's last bytes. */
START_TEST(who_passes_over_records_comes_to_the_same_ones)
{
	struct tape_cursor all, events, others;
	struct tape_record r, other;
	struct tape_event e;
	unsigned n = 0;

	begin();
	while (at + 2 * TAPE_RECORD_MAX < memory + SIZE) {
		uint64_t far = n % 5 == 0 ? UINT64_MAX >> n % 64 : n;

		put(n % 3 ? TAPE_ALLOC : TAPE_FREE, 1000 + n * n, far & ~15,
		    far, (uint32_t)(far >> 9), n % 7 == 0);
		if (n++ % 4 == 0)
			at += tape_put_node(at, &(struct tape_node){
			    .id = n, .pc = far });
	}
	tape_cursor_begin(&all, chunk);
	tape_cursor_begin(&events, chunk);
	tape_cursor_begin(&others, chunk);
	while (tape_next(&all, &r)) {
		if (r.kind == TAPE_NODE) {
			ck_assert(tape_next_other(&others, &other));
			ck_assert_uint_eq(other.node.id, r.node.id);
			continue;
		}
		n--;
		ck_assert(tape_next_event(&events, &e));
		ck_assert_uint_eq(e.kind, r.event.kind);
		ck_assert_uint_eq(e.stamp, r.event.stamp);
		ck_assert_uint_eq(e.addr, r.event.addr);
		ck_assert_uint_eq(e.size, r.event.size);
		ck_assert_uint_eq(e.stack, r.event.stack);
		ck_assert_uint_eq(e.entry, r.event.entry);
	}
	ck_assert_uint_eq(n, 0);
	ck_assert(!tape_next_event(&events, &e));
	ck_assert(!tape_next_other(&others, &other));
	ck_assert_ptr_eq(events.at, all.at);
	ck_assert_ptr_eq(others.at, all.at);
	ck_assert(!all.damaged && !events.damaged && !others.damaged);
}
END_TEST

START_TEST(an_event_fits_in_its_bound)
{
	size_t n;

	begin();
	n = tape_put_event(at, &ctx, &(struct tape_event){
	    .kind = TAPE_ALLOC, .stamp = UINT64_MAX, .addr = UINT64_MAX,
	    .size = UINT64_MAX, .stack = UINT32_MAX, .entry = 255 });
	ck_assert_uint_le(n, TAPE_RECORD_MAX);
	n = tape_put_node(at, &(struct tape_node){ .id = UINT32_MAX,
	    .parent = UINT32_MAX, .pc = UINT64_MAX, .flags = UINT32_MAX,
	    .module = UINT32_MAX });
	ck_assert_uint_le(n, TAPE_RECORD_MAX);
}
END_TEST

START_TEST(damage_is_noticed_and_never_read_over)
{
	struct tape_record r;

	for (unsigned seed = 0; seed < 20000; seed++) {
		struct tape_cursor cur;
		unsigned records = 0;

		begin();
		srand(seed);
		for (size_t i = sizeof(*chunk); i < SIZE; i++)
			memory[i] = (uint8_t)rand();
		tape_cursor_begin(&cur, chunk);
		while (tape_next(&cur, &r))
			records++;
		ck_assert_uint_le(records, SIZE);
		ck_assert(cur.at <= cur.end);
	}
}
END_TEST

/* Found by fuzz_tape: a damaged number is as large as any, and only the stack's
 * 32 bits of the sum count. */
START_TEST(the_largest_step_to_a_stack_is_added_without_a_sign)
{
	static const uint8_t bytes[] = {
		TAPE_ALLOC | TAPE_SAME_ADDR, 0, 1, 5 << 1,
		TAPE_ALLOC | TAPE_SAME_ADDR, 0, 1, 0xfe, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 1,
	};
	struct tape_cursor cur;
	struct tape_record r;

	begin();
	memcpy(at, bytes, sizeof(bytes));
	tape_cursor_begin(&cur, chunk);
	ck_assert(tape_next(&cur, &r));
	ck_assert_uint_eq(r.event.stack, 5);
	ck_assert(tape_next(&cur, &r));
	ck_assert_uint_eq(r.event.stack, 4);
}
END_TEST

START_TEST(every_changed_bit_changes_the_sum)
{
	uint64_t sum;

	begin();
	for (uint32_t i = 0; i < SIZE; i++)
		memory[i] ^= (uint8_t)(i * 7 & -(i >= sizeof(*chunk)));
	sum = chunk->sum = tape_chunk_sum(chunk);
	ck_assert_uint_ne(sum, 0);
	ck_assert_uint_eq(tape_chunk_sum(chunk), sum);
	for (uint32_t bit = 0; bit < 8 * SIZE; bit++) {
		memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (chunk->size == SIZE)
			ck_assert(tape_chunk_sum(chunk) != chunk->sum);
		memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}
END_TEST

/* What goes on changing while a tape runs is no damage. */
START_TEST(the_headers_sum_is_of_what_stays)
{
	struct tape_header h = {
		.magic = TAPE_MAGIC,
		.depth = 64,
	};
	uint64_t sum = tape_header_sum(&h);

	h.end = h.last_ns = h.last_stamp = h.lost = 7;
	ck_assert_uint_eq(tape_header_sum(&h), sum);
	h.state = TAPE_STOPPED_FULL;
	ck_assert_uint_eq(tape_header_sum(&h), sum);
	h.depth++;
	ck_assert_uint_ne(tape_header_sum(&h), sum);
	h.state = TAPE_ENDED;
	sum = tape_header_sum(&h);
	h.end++;
	ck_assert_uint_ne(tape_header_sum(&h), sum);
}
END_TEST

START_TEST(chunks_with_wrong_sizes_are_refused)
{
	begin();
	ck_assert(tape_chunk_is_good(chunk, SIZE));
	ck_assert(!tape_chunk_is_good(chunk, SIZE - 1));
	chunk->size = SIZE + 1;
	ck_assert(!tape_chunk_is_good(chunk, 2 * SIZE));
	chunk->size = 0;
	ck_assert(!tape_chunk_is_good(chunk, SIZE));
	chunk->size = SIZE;
	chunk->magic++;
	ck_assert(!tape_chunk_is_good(chunk, SIZE));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tape");
	TCase *tc = tcase_create("tape");
	enum { PATIENCE_S = 120 };	/* the machine may be busy */
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, PATIENCE_S);
	tcase_add_test(tc, any_addresses_and_stacks_come_back);
	tcase_add_test(tc, an_event_is_these_bytes);
	tcase_add_test(tc, events_come_back_as_they_were_put);
	tcase_add_test(tc, time_never_goes_back);
	tcase_add_test(tc, nodes_and_modules_come_back);
	tcase_add_test(tc, who_passes_over_records_comes_to_the_same_ones);
	tcase_add_test(tc, an_event_fits_in_its_bound);
	tcase_add_test(tc, damage_is_noticed_and_never_read_over);
	tcase_add_test(tc,
	    the_largest_step_to_a_stack_is_added_without_a_sign);
	tcase_add_test(tc, every_changed_bit_changes_the_sum);
	tcase_add_test(tc, the_headers_sum_is_of_what_stays);
	tcase_add_test(tc, chunks_with_wrong_sizes_are_refused);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
