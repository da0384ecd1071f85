/*
 * test_collector - our lines are found behind what a program or a collector of
 * logs put before them.
 */
#include "tool/report/collector.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/report/logsearch.h"

static struct logline
found(const char *line)
{
	struct logline l;

	logsearch(line, strlen(line), &l);
	return l;
}

START_TEST(an_event_behind_the_programs_text_is_found)
{
	struct logline l = found("progress: 50%tracealloc(0x40, 0x1/0x8, "
	    "malloc) @0.5 thread 1 \"x\"");

	ck_assert_int_eq(l.kind, LINE_ALLOC);
	ck_assert_uint_eq(l.addr, 0x40);
	ck_assert_int_eq(found("donetracefree(0x40, 0x1/0x8, free) @0.5 "
	    "thread 1 \"x\"").kind, LINE_FREE);
	ck_assert_int_eq(found("donetracefree(0x40, 0x1").kind, LINE_BROKEN);
}
END_TEST

START_TEST(a_line_of_a_period_behind_the_programs_text_is_found)
{
	struct logline l = found("loading...diag[12] SCHED 2005ms: procs=4");

	ck_assert_int_eq(l.kind, LINE_PERIOD);
	ck_assert_uint_eq(l.pid, 12);
	ck_assert_uint_eq(l.text.len, strlen("SCHED 2005ms: procs=4"));
	ck_assert_int_eq(found("the SCHED of a POOL is full").kind,
	    LINE_OTHER);
}
END_TEST

/* What stands before each of these is told by itself. */
static const struct {
	const char *line;
	enum logline_kind kind;
} particular[] = {
	{ "tracealloc(0x40, 0x1/0x8, malloc) @0.5 thread 1 \"x\"", LINE_ALLOC },
	{ "\tparse_node+0x34 (server+0x1234)", LINE_FRAME },
	{ "\t(server+0x1234)", LINE_FRAME },
	{ "module libc.so.6 /lib/libc.so.6 build-id 93ac", LINE_MODULE },
	{ "leaks: 1 bytes in 1 block never freed, 1 stack", LINE_LEAKS },
	{ "leak 1: 4096 bytes in 1 block, oldest @0.120s", LINE_LEAK },
	{ "gc 7 @2.104s 0.8%: 0+0", LINE_PERIOD },
	{ "SCHED 2005ms: procs=4", LINE_PERIOD },
	{ "POOL 2005ms: w#1 is", LINE_PERIOD },
	{ "# diag.MemStats", LINE_STATS },
	{ "  T42 \"w\": state=S", LINE_DETAIL },
	{ "  T* x12 \"w\": state=S", LINE_DETAIL },
	{ "  M 0x40 mutex held by T4 waiters=2 longest=1s", LINE_DETAIL },
	{ "  arena 0: threads=1 active=0.3 MB", LINE_DETAIL },
	{ "diag[7] diag: a sentence", LINE_NOTICE },
	{ "diag[7] \t...", LINE_CUT },
};

/* These only where the shape of what stands before is known. */
static const struct {
	const char *line;
	enum logline_kind kind;
} plain[] = {
	{ "stack 17:", LINE_STACK }, { "", LINE_BLANK },
	{ "\t...", LINE_CUT }, { "diag: 3 records lost (x)", LINE_NOTICE },
	{ "# Alloc = 686080", LINE_STATS },
	{ "lost: 1 bytes in 1 block, 1 stack", LINE_LOST },
	{ "module [vdso]", LINE_MODULE },
};

/* The first and a later prefix of a collector. */
static const char *const prefixes[][2] = {
	{ "2026-11-30T19:00:00.123456789Z stderr F ",
	    "2026-12-01T00:00:59.1Z stderr F " },
	{ "Nov 30 19:00:00 web1 server[1234]: ",
	    "Nov  3 09:59:00 web1 server[77]: " },
	{ "web-1  | ", "web-1  | " },
	{ "[pod/web-5f/app] ", "[pod/web-5f/app] " },
	{ "server-stderr> ", "server-stderr> " },
};

static struct logline
collected(struct collector *c, const char *before, const char *line)
{
	static char text[512];	/* what is returned points into it */
	struct logline l;

	snprintf(text, sizeof(text), "%s%s", before, line);
	collector_parse(c, text, strlen(text), &l);
	return l;
}

START_TEST(each_kind_is_found_behind_each_prefix)
{
	for (size_t i = 0; i < sizeof(particular) / sizeof(*particular); i++)
		for (size_t k = 0; k < sizeof(prefixes) / sizeof(*prefixes);
		     k++) {
			struct collector c = { 0 };

			ck_assert_msg(collected(&c, prefixes[k][0],
			    particular[i].line).kind == particular[i].kind,
			    "%s%s", prefixes[k][0], particular[i].line);
			collector_drop(&c);
		}
}
END_TEST

START_TEST(a_shape_that_was_learned_serves_lines_that_tell_nothing)
{
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		for (size_t k = 0; k < sizeof(prefixes) / sizeof(*prefixes);
		     k++) {
			struct collector c = { 0 };
			const char *later = prefixes[k][1];

			ck_assert_int_eq(collected(&c, later,
			    plain[i].line).kind, LINE_OTHER);
			collected(&c, prefixes[k][0], particular[0].line);
			ck_assert_msg(collected(&c, later,
			    plain[i].line).kind == plain[i].kind, "%s%s",
			    later, plain[i].line);
			/* And without one, nothing is taken off. */
			ck_assert_int_eq(collected(&c, "", plain[i].line).kind,
			    plain[i].kind);
			ck_assert_int_eq(collected(&c, later, "hello").kind,
			    LINE_OTHER);
			collector_drop(&c);
		}
}
END_TEST

START_TEST(a_blank_that_a_collector_cut_off_is_no_matter)
{
	struct collector c = { 0 };

	collected(&c, "web | ", "SCHED 5ms: procs=4");
	ck_assert_int_eq(collected(&c, "web |", "").kind, LINE_BLANK);
	ck_assert_int_eq(collected(&c, "db |", "").kind, LINE_OTHER);
	collector_drop(&c);
}
END_TEST

START_TEST(a_tab_that_syslog_wrote_as_a_number_is_one)
{
	struct collector c = { 0 };
	struct logline l = collected(&c, "Nov 30 19:00:00 web1 server[1]: ",
	    "tracealloc(0x40, 0x1/0x8, malloc) @0.5 thread 1 \"x\"");

	ck_assert_int_eq(l.kind, LINE_ALLOC);
	l = collected(&c, "Nov 30 19:00:00 web1 server[1]: ",
	    "#011f+0x1 (server+0x9)");
	ck_assert_int_eq(l.kind, LINE_FRAME);
	ck_assert_uint_eq(l.addr, 9);
	collector_drop(&c);
}
END_TEST

START_TEST(a_line_in_a_json_object_is_unwrapped)
{
	static const char *const lines[] = {
		"{\"log\":\"\\tvector\\u003cint\\u003e::f+0x1 (a\\/b+0x9)\\n\""
		    ",\"stream\":\"stderr\"}",
		"{\"_PID\":\"1\", \"MESSAGE\" : \"x\", \"log\": "
		    "\"\\tvector<int>::f+0x1 (a/b+0x9)\"}",
	};

	for (int i = 0; i < 2; i++) {
		struct collector c = { 0 };
		struct logline l = collected(&c, "", lines[i]);

		ck_assert_int_eq(l.kind, LINE_FRAME);
		ck_assert_uint_eq(l.name.len, strlen("vector<int>::f"));
		ck_assert_mem_eq(l.name.at, "vector<int>::f", l.name.len);
		ck_assert_uint_eq(l.module.len, 3);
		collector_drop(&c);
	}
}
END_TEST

START_TEST(a_damaged_object_is_no_line_of_ours)
{
	static const char whole[] = "{\"log\":\"stack 1:\\u000a\\\\\"";
	struct collector c = { 0 };
	struct logline l;

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *copy = malloc(len + 1);

		memcpy(copy, whole, len);
		collector_parse(&c, copy, len, &l);
		ck_assert_int_eq(l.kind, len == 0 ? LINE_BLANK : LINE_OTHER);
		free(copy);
	}
	l = collected(&c, "", "{\"log\":\"\\uZZZZ stack 1:\"}");
	ck_assert_int_eq(l.kind, LINE_OTHER);
	collector_drop(&c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("collector");
	TCase *t = tcase_create("collector");

	tcase_add_test(t, an_event_behind_the_programs_text_is_found);
	tcase_add_test(t,
	    a_line_of_a_period_behind_the_programs_text_is_found);
	tcase_add_test(t, each_kind_is_found_behind_each_prefix);
	tcase_add_test(t,
	    a_shape_that_was_learned_serves_lines_that_tell_nothing);
	tcase_add_test(t, a_blank_that_a_collector_cut_off_is_no_matter);
	tcase_add_test(t, a_tab_that_syslog_wrote_as_a_number_is_one);
	tcase_add_test(t, a_line_in_a_json_object_is_unwrapped);
	tcase_add_test(t, a_damaged_object_is_no_line_of_ours);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);

	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
