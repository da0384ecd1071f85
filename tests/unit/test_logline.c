/*
 * test_logline - lines of a log are taken apart, or left alone.
 */
#include "tool/report/logline.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct logline
parsed(const char *line)
{
	struct logline l;

	logline_parse(line, strlen(line), &l);
	return l;
}

static void
assert_text(struct logtext t, const char *want)
{
	ck_assert_uint_eq(t.len, strlen(want));
	ck_assert_mem_eq(t.at, want, t.len);
}

START_TEST(an_allocation_has_all_its_parts)
{
	struct logline l = parsed("tracealloc(0x7f3a5c000040, 0x64/0x70, "
	    "malloc) @2.104512 thread 4242 \"worker-3\"");

	ck_assert_int_eq(l.kind, LINE_ALLOC);
	ck_assert_uint_eq(l.addr, 0x7f3a5c000040);
	ck_assert_uint_eq(l.size, 0x64);
	ck_assert_uint_eq(l.ns, 2104512000);
	ck_assert_uint_eq(l.tid, 4242);
	ck_assert_uint_eq(l.stack, 0);
	assert_text(l.entry, "malloc");
	assert_text(l.name, "worker-3");
}
END_TEST

START_TEST(a_free_may_have_an_age_and_a_stack)
{
	struct logline l = parsed("diag[77] tracefree(0x40, 0x64/0x70, "
	    "delete[]) @0.5 thread 1 \"a \"b\" c\" age=0.100288 stack 17");

	ck_assert_int_eq(l.kind, LINE_FREE);
	ck_assert_uint_eq(l.pid, 77);
	ck_assert_uint_eq(l.stack, 17);
	ck_assert_uint_eq(l.ns, 500000000);
	assert_text(l.name, "a \"b\" c");
	ck_assert_int_eq(parsed("tracefree(0x40, -/-, free) @0.5 thread 1 "
	    "\"\" age=- stack 1").kind, LINE_FREE);
}
END_TEST

START_TEST(a_torn_event_is_broken)
{
	static const char whole[] = "tracealloc(0x40, 0x64/0x70, malloc) "
	    "@2.104512 thread 4242 \"w\" stack 1";

	for (size_t len = 12; len < sizeof(whole) - 12; len++) {
		struct logline l;

		logline_parse(whole, len, &l);
		ck_assert_int_eq(l.kind, LINE_BROKEN);
	}
	ck_assert_int_eq(parsed("tracealloc(0x40, 0x64/0x70, malloc) @2.1 "
	    "thread 4242 \"w\" and more").kind, LINE_BROKEN);
	ck_assert_int_eq(parsed("tracealloc(0x11112222333344445, 0x1/0x8, "
	    "malloc) @2.1 thread 1 \"w\"").kind, LINE_BROKEN);
}
END_TEST

START_TEST(frames_have_function_module_and_address)
{
	struct logline l = parsed("\tparse_node+0x34 (server+0x1234)");

	ck_assert_int_eq(l.kind, LINE_FRAME);
	assert_text(l.name, "parse_node");
	assert_text(l.module, "server");
	ck_assert_uint_eq(l.addr, 0x1234);

	l = parsed("\toperator()(int)+x+0x34 (my(lib)+0x1(2)+0x9)");
	ck_assert_int_eq(l.kind, LINE_FRAME);
	assert_text(l.name, "operator()(int)+x");
	assert_text(l.module, "my(lib)+0x1(2)");
	l = parsed("\t((lib)+0x9)");
	ck_assert_int_eq(l.kind, LINE_FRAME);
	assert_text(l.module, "(lib)");
	ck_assert_int_eq(parsed("\tf (lib.so+0x9)").kind, LINE_OTHER);

	l = parsed("\toperator()(int)+x+0x34 (lib.so+0x9)");
	assert_text(l.name, "operator()(int)+x");

	l = parsed("\t(server+0x1234)");
	ck_assert_int_eq(l.kind, LINE_FRAME);
	ck_assert_uint_eq(l.name.len, 0);
	ck_assert_int_eq(parsed("\t...").kind, LINE_CUT);
	ck_assert_int_eq(parsed("\t0x7f00 ").kind, LINE_FRAME);
}
END_TEST

START_TEST(what_the_program_prints_is_left_alone)
{
	static const char *const lines[] = {
		"hello", "\tindented (text)", "\t", "\t+0x1 (x)", "stack smash",
		"stack 17: more", "module", "leaks: none", "leak 1: of mine",
		"gc is fine", "SCHED not",
		"# a comment", "#", "  T", "  T1 \"x\"", "  M x",
		"  arena", "leaks: 5 bytes in 1 block", "diag", "diag[12",
		"diag[x] y", "diag[12]x", "(",
		")", "\t)", "\t(+)", "tracealloc", "module ",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(parsed(lines[i]).kind == LINE_OTHER, "%s",
		    lines[i]);
}
END_TEST

START_TEST(lines_of_leaks_are_known)
{
	struct logline l = parsed("leak 1: 4096 bytes in 1 block, oldest "
	    "@0.120s");

	ck_assert_int_eq(l.kind, LINE_LEAK);
	ck_assert_uint_eq(l.size, 4096);
	ck_assert_uint_eq(l.blocks, 1);
	ck_assert_uint_eq(l.ns, 120000000);

	l = parsed("leaks: 5816 bytes in 12 blocks never freed, 3 stacks");
	ck_assert_int_eq(l.kind, LINE_LEAKS);
	ck_assert_uint_eq(l.blocks, 12);
	ck_assert_uint_eq(l.allocs, 0);
	l = parsed("leaks: 8 bytes in 1 block never freed, 1 stack; "
	    "90 allocations, 89 frees, peak 1 MB @0.1s");
	ck_assert_int_eq(l.kind, LINE_LEAKS);
	ck_assert_uint_eq(l.allocs, 90);
	l = parsed("diag[7] leaks: another program comes next");
	ck_assert_int_eq(l.kind, LINE_NEXT);
	ck_assert_uint_eq(l.pid, 7);
	ck_assert_int_eq(parsed("leaks: the program goes on").kind,
	    LINE_GOES_ON);
	ck_assert_int_eq(parsed("leaks: the program goes on leaking").kind,
	    LINE_OTHER);
	ck_assert_int_eq(parsed("leaks: nothing was allocated").kind,
	    LINE_NOTHING);
	l = parsed("diag[7] leaks: child 4242 begins");
	ck_assert_int_eq(l.kind, LINE_CHILD);
	ck_assert_uint_eq(l.child, 4242);
	ck_assert_int_eq(parsed("leaks: child 4242 begins it").kind,
	    LINE_OTHER);
	ck_assert_int_eq(parsed("leaks: child 99999999999 begins").kind,
	    LINE_OTHER);
}
END_TEST

START_TEST(records_of_other_kinds_are_known)
{
	struct logline l = parsed("module libc.so.6 /lib/libc.so.6 "
	    "build-id 93ac");

	ck_assert_int_eq(l.kind, LINE_MODULE);
	assert_text(l.name, "libc.so.6");
	assert_text(l.module, "/lib/libc.so.6");
	assert_text(l.build_id, "93ac");
	ck_assert_int_eq(parsed("stack 17:").kind, LINE_STACK);
	ck_assert_int_eq(parsed("").kind, LINE_BLANK);
	ck_assert_int_eq(parsed("diag[3] ").kind, LINE_BLANK);
	ck_assert_int_eq(parsed("diag: 3 records lost (x)").kind,
	    LINE_NOTICE);

	ck_assert_int_eq(parsed("gc 7 @2.104s 0.8%: 0+0").kind, LINE_PERIOD);
	ck_assert_int_eq(parsed("SCHED 2005ms: procs=4").kind, LINE_PERIOD);
	ck_assert_int_eq(parsed("POOL 2005ms: w#1 is").kind, LINE_PERIOD);
	ck_assert_int_eq(parsed("# diag.MemStats").kind, LINE_STATS);
	ck_assert_int_eq(parsed("diag[3] # Alloc = 686080").kind, LINE_STATS);
	ck_assert_int_eq(parsed("  T42 \"a \"b\"\": state=S x=1").kind,
	    LINE_DETAIL);
	ck_assert_int_eq(parsed("  T ... 3 more").kind, LINE_DETAIL);
	ck_assert_int_eq(parsed("  M ... 7 waiters of other locks").kind,
	    LINE_DETAIL);
	ck_assert_int_eq(parsed("# RSS -").kind, LINE_STATS);
}
END_TEST

static const char *const seeds[] = {
	"tracealloc(0x7f3a5c000040, 0x64/0x70, malloc) @2.104512 thread 42 "
	    "\"w\"",
	"diag[12] tracefree(0x40, 0x64/0x70, free) @2.1 thread 4 \"w\" age=1 "
	    "stack 3",
	"\tparse_node+0x34 (server+0x1234)",
	"module libc.so.6 /lib/libc.so.6 build-id 93ac",
	"leak 1: 4096 bytes in 1 block, oldest @0.120s",
};

/* Changed lines are read from blocks of their exact size. */
START_TEST(changed_lines_never_lead_outside)
{
	uint32_t state = (uint32_t)_i + 1;

	for (int round = 0; round < 5000; round++) {
		const char *seed = seeds[round % 5];
		size_t len = strlen(seed);
		struct logline l;

		state = state * 1664525u + 1013904223u;
		len -= (state >> 8) % len;

		char *copy = malloc(len);

		memcpy(copy, seed, len);
		for (unsigned n = state >> 28; n > 0; n--) {
			state = state * 1664525u + 1013904223u;
			copy[(state >> 8) % len] = (char)
			    "()+\"0x@.,: \t\n[]9f\377"[(state >> 20) % 19];
		}
		logline_parse(copy, len, &l);
		ck_assert(l.name.len <= len && l.module.len <= len);
		free(copy);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("logline");
	TCase *t = tcase_create("logline");

	tcase_add_test(t, an_allocation_has_all_its_parts);
	tcase_add_test(t, a_free_may_have_an_age_and_a_stack);
	tcase_add_test(t, a_torn_event_is_broken);
	tcase_add_test(t, frames_have_function_module_and_address);
	tcase_add_test(t, what_the_program_prints_is_left_alone);
	tcase_add_test(t, lines_of_leaks_are_known);
	tcase_add_test(t, records_of_other_kinds_are_known);
	tcase_add_loop_test(t, changed_lines_never_lead_outside, 0, 10);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
