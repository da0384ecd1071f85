/*
 * test_report - the sums of a report are those of the events.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/report/blocks.h"
#include "tool/report/groups.h"
#include "tool/report/report.h"

static char path[] = "/tmp/test_report.XXXXXX";
static struct report r;

static const struct report_options plain = { .number = 10 };

static int
open_text(const char *text, const struct report_options *opt)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	return report_open(&r, path, opt);
}

static void
make_file(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void
drop_file(void)
{
	report_drop(&r);
	unlink(path);
	strcpy(path + strlen(path) - 6, "XXXXXX");
}

#define A "module p /nowhere/p build-id ab\n" \
	"tracealloc(0x10, 0x64/0x70, malloc) @1.000000 thread 7 \"m\"\n" \
	"\tf+0x1 (p+0x10)\n\tmain+0x2 (p+0x20)\n\n"
#define FREE_A "tracefree(0x10, 0x64/0x70, free) @2.000000 thread 7 \"m\"" \
	" age=1.000000\n\tmain+0x3 (p+0x21)\n\n"
#define B "tracealloc(0x20, 0x8/0x8, malloc) @1.500000 thread 7 \"m\"\n" \
	"\tg+0x1 (p+0x30)\n\tmain+0x2 (p+0x20)\n\n"

START_TEST(what_a_terminal_would_obey_is_printed_as_text)
{
	char *said;
	size_t len;
	FILE *to = open_memstream(&said, &len);

	ck_assert_int_eq(open_text("module p\\x1b[2J\\x0aq /nowhere/p\\x0aq "
	    "build-id ab\n"
	    "tracealloc(0x10, 0x64/0x70, malloc) @1.000000 thread 7 \"m\"\n"
	    "\tf+0x1 (p\\x1b[2J\\x0aq+0x10)\n\n", &plain), 0);
	groups_print_stack(&r, (uint32_t)r.m.n_nodes - 1, "", to);
	fclose(to);
	ck_assert_str_eq(said, "f (p\\x1b[2J\\x0aq)\n");
	free(said);
}
END_TEST

START_TEST(a_brief_name_has_no_arguments_of_templates)
{
	static const char *const names[][2] = {
		{ "main", "main" },
		{ "std::map<int, a<b> >::operator[]",
		    "std::map<..>::operator[]" },
		{ "x::operator< <int>", "x::operator< <..>" },
		{ "operator<<", "operator<<" },
		{ "a<b>::operator->", "a<..>::operator->" },
		{ "f<&a::operator->>::g", "f<..>::g" },
		{ "open<", "open<..>" },
	};
	char brief[40];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ck_assert_str_eq(names_brief(brief, sizeof(brief),
		    names[i][0]), names[i][1]);
	ck_assert_str_eq(names_brief(brief, 10, "0123456789"), "01234");
}
END_TEST

START_TEST(a_block_that_is_not_freed_is_a_leak)
{
	ck_assert_int_eq(open_text(A B FREE_A, &plain), 0);
	ck_assert_uint_eq(r.m.totals.allocs, 2);
	ck_assert_uint_eq(r.m.totals.frees, 1);
	ck_assert_uint_eq(r.m.totals.peak, 0x6c);
	ck_assert_uint_eq(r.m.totals.peak_ns, 1500000000);
	ck_assert_uint_eq(r.m.totals.live, 8);
	ck_assert_uint_eq(r.m.totals.temporary, 0);

	struct groups g;

	groups_collect(&g, &r, BY_LEAKED);
	ck_assert_uint_eq(g.n, 1);
	ck_assert_uint_eq(g.all[0].value, 8);
	ck_assert_uint_eq(g.all[0].oldest_ns, 1500000000);
	groups_drop(&g);
	groups_collect(&g, &r, BY_PEAK);
	ck_assert_uint_eq(g.n, 2);
	ck_assert_uint_eq(g.all[0].value, 0x64);
	groups_drop(&g);
}
END_TEST

START_TEST(freed_before_the_next_allocation_is_temporary)
{
	ck_assert_int_eq(open_text(A FREE_A B, &plain), 0);
	ck_assert_uint_eq(r.m.totals.temporary, 1);
}
END_TEST

START_TEST(the_programs_own_lines_do_not_matter)
{
	ck_assert_int_eq(open_text("hello\n" A "world\n\n" B "\tx\n" FREE_A
	    "half a line", &plain), 0);
	ck_assert_uint_eq(r.m.totals.live, 8);
	ck_assert_uint_eq(r.notes.broken, 0);
	ck_assert_uint_eq(r.notes.no_stack, 0);
}
END_TEST

START_TEST(processes_have_addresses_of_their_own)
{
	ck_assert_int_eq(open_text(A
	    "diag[9] tracealloc(0x10, 0x1/0x8, malloc) @1.1 thread 9 \"c\"\n"
	    "diag[9] \tf+0x1 (p+0x10)\ndiag[9] \n" FREE_A, &plain), 0);
	ck_assert_uint_eq(r.m.totals.live, 1);
	ck_assert_uint_eq(r.m.totals.missed_frees, 0);
}
END_TEST

START_TEST(stacks_told_once_are_found_again)
{
	ck_assert_int_eq(open_text("stack 1:\n\tf+0x1 (p+0x10)\n\n"
	    "tracealloc(0x10, 0x4/0x8, malloc) @1.0 thread 7 \"m\" stack 1\n"
	    "tracealloc(0x20, 0x4/0x8, malloc) @1.0 thread 7 \"m\" stack 1\n"
	    "tracealloc(0x30, 0x4/0x8, malloc) @1.0 thread 7 \"m\" stack 2\n",
	    &plain), 0);
	ck_assert_uint_eq(r.notes.no_stack, 1);
	ck_assert_uint_eq(r.m.n_sites, 3); /* none, stack 1, no stack */
}
END_TEST

START_TEST(an_unknown_free_and_a_missed_one_are_counted)
{
	ck_assert_int_eq(open_text(FREE_A A A, &plain), 0);
	ck_assert_uint_eq(r.m.totals.unknown_frees, 1);
	ck_assert_uint_eq(r.m.totals.missed_frees, 1);
	ck_assert_uint_eq(r.m.totals.live, 0x64);
}
END_TEST

START_TEST(cut_anywhere_it_is_read_as_far_as_it_is_whole)
{
	static const char whole[] = A B FREE_A;
	char part[sizeof(whole)];

	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		memcpy(part, whole, len);
		part[len] = '\0';
		ck_assert_int_eq(open_text(part, &plain), 0);
		ck_assert_uint_le(r.m.totals.allocs, 2);
		report_drop(&r);
	}
	ck_assert_int_eq(open_text(whole, &plain), 0);
	ck_assert(!r.notes.cut);
}
END_TEST

START_TEST(filters_choose_leaks)
{
	struct report_options o = plain;
	struct groups g;

	o.after_ns = 1200000000;
	ck_assert_int_eq(open_text(A B, &o), 0);
	groups_collect(&g, &r, BY_LEAKED);
	ck_assert_uint_eq(g.blocks, 1);
	ck_assert_uint_eq(g.value, 8);
	groups_drop(&g);
	r.opt.after_ns = 0;
	r.opt.min_size = 9;
	groups_collect(&g, &r, BY_LEAKED);
	ck_assert_uint_eq(g.value, 0x64);
	groups_drop(&g);
	r.opt.min_size = 0;
	r.opt.thread = "other";
	groups_collect(&g, &r, BY_LEAKED);
	ck_assert_uint_eq(g.n, 0);
	groups_drop(&g);
	r.opt.thread = "7";
	r.opt.module = "p";
	groups_collect(&g, &r, BY_LEAKED);
	ck_assert_uint_eq(g.n, 2);
	groups_drop(&g);
}
END_TEST

START_TEST(suppressions_have_the_grammar_of_lsan)
{
	ck_assert(suppress_pattern_matches("foo", "a_foo_b"));
	ck_assert(suppress_pattern_matches("^foo", "foo_b"));
	ck_assert(!suppress_pattern_matches("^foo", "a_foo"));
	ck_assert(suppress_pattern_matches("foo$", "a_foo"));
	ck_assert(!suppress_pattern_matches("foo$", "foo_b"));
	ck_assert(suppress_pattern_matches("^foo$", "foo"));
	ck_assert(!suppress_pattern_matches("^foo$", "foofoo"));
	ck_assert(suppress_pattern_matches("^a*c$", "abbc"));
	ck_assert(suppress_pattern_matches("a*b*c", "xaxbxcx"));
	ck_assert(!suppress_pattern_matches("a*b*c", "acb"));
	ck_assert(suppress_pattern_matches("*", "anything"));
	ck_assert(suppress_pattern_matches("", ""));
	ck_assert(suppress_pattern_matches("a*a$", "aa"));
	ck_assert(!suppress_pattern_matches("a*a$", "a"));
}
END_TEST

START_TEST(what_the_c_library_keeps_is_known_by_name)
{
	ck_assert(suppress_is_kept("__GI_setlocale"));
	ck_assert(suppress_is_kept("setlocale"));
	ck_assert(suppress_is_kept("__GI__dl_allocate_tls"));
	ck_assert(suppress_is_kept("___dlopen"));
	ck_assert(suppress_is_kept("_IO_file_doallocate"));
	ck_assert(!suppress_is_kept("__GI___strdup"));
	ck_assert(!suppress_is_kept("getdelim"));
	ck_assert(!suppress_is_kept("my_setlocale"));
	ck_assert(suppress_is_libc("/lib/x86_64-linux-gnu/libc.so.6"));
	ck_assert(suppress_is_libc("ld-linux-x86-64.so.2"));
	ck_assert(!suppress_is_libc("libcurl.so.4"));
	ck_assert(!suppress_is_libc(""));
}
END_TEST

START_TEST(a_suppressed_leak_is_counted_apart)
{
	struct groups g;
	FILE *f;

	ck_assert_int_eq(open_text(A B, &plain), 0);
	f = fopen(path, "w");
	fputs("# known\n\nleak:^g$\n", f);
	fclose(f);
	ck_assert_int_eq(suppress_read(&r.suppress, path), 0);
	groups_collect(&g, &r, BY_LEAKED);
	ck_assert_uint_eq(g.value, 0x64);
	ck_assert_uint_eq(g.hidden_value, 8);
	groups_drop(&g);
	f = fopen(path, "w");
	fputs("leak:x\nrace:y\n", f);
	fclose(f);
	ck_assert_int_eq(suppress_read(&r.suppress, path), 2);
}
END_TEST

START_TEST(blocks_are_found_until_they_are_removed)
{
	struct blocks b;
	enum { N = 20000 };

	blocks_start(&b);
	for (uint64_t i = 1; i <= N; i++)
		blocks_add(&b, &(struct block){
		    .key = blocks_key(0, i * 16), .size = i });
	for (uint64_t i = 1; i <= N; i += 2)
		blocks_remove(&b, blocks_find(&b, blocks_key(0, i * 16)));
	for (uint64_t i = 1; i <= N; i++) {
		const struct block *x = blocks_find(&b, blocks_key(0, i * 16));

		ck_assert((x == NULL) == (i % 2 == 1));
		ck_assert(x == NULL || x->size == i);
	}
	ck_assert_uint_eq(b.used, N / 2);
	blocks_drop(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("report");
	TCase *t = tcase_create("report");

	tcase_add_checked_fixture(t, make_file, drop_file);
	tcase_add_test(t, a_block_that_is_not_freed_is_a_leak);
	tcase_add_test(t, freed_before_the_next_allocation_is_temporary);
	tcase_add_test(t, the_programs_own_lines_do_not_matter);
	tcase_add_test(t, processes_have_addresses_of_their_own);
	tcase_add_test(t, stacks_told_once_are_found_again);
	tcase_add_test(t, an_unknown_free_and_a_missed_one_are_counted);
	tcase_add_test(t, cut_anywhere_it_is_read_as_far_as_it_is_whole);
	tcase_add_test(t, filters_choose_leaks);
	tcase_add_test(t, a_suppressed_leak_is_counted_apart);
	tcase_add_test(t, what_a_terminal_would_obey_is_printed_as_text);
	suite_add_tcase(s, t);
	t = tcase_create("parts");
	tcase_add_test(t, suppressions_have_the_grammar_of_lsan);
	tcase_add_test(t, what_the_c_library_keeps_is_known_by_name);
	tcase_add_test(t, blocks_are_found_until_they_are_removed);
	tcase_add_test(t, a_brief_name_has_no_arguments_of_templates);
	suite_add_tcase(s, t);

	SRunner *runner = srunner_create(s);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
