/*
 * test_options - what DIAG says, and what is said about DIAG.
 */
#include "common/options/options.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/options/signame.h"
#include "common/options/table.h"

static struct options opt;
static char said[8192];
static int complaints;

static void
hear(void *arg, const char *sentence)
{
	strncat(said, sentence, sizeof(said) - strlen(said) - 2);
	strcat(said, "\n");
	complaints++;
}

static void
parse(const char *text)
{
	said[0] = '\0';
	complaints = 0;
	options_parse(&opt, text, hear, NULL);
}

/* Parses @text, which must be fine. */
static void
accept_text(const char *text)
{
	parse(text);
	ck_assert_str_eq(said, "");
}

/* Parses @text, which must bring exactly @sentence. */
static void
refuse(const char *text, const char *sentence)
{
	parse(text);
	ck_assert_int_eq(complaints, 1);
	said[strlen(said) - 1] = '\0';
	ck_assert_str_eq(said, sentence);
}

START_TEST(without_a_variable_everything_is_off)
{
	accept_text(NULL);
	ck_assert(!options_any(&opt));
	ck_assert_int_eq(opt.leaks, -1);
	ck_assert_uint_eq(opt.depth, 64);
	ck_assert_uint_eq(opt.maxsize, UINT64_MAX);
	ck_assert_uint_eq(opt.sample, 1);
	ck_assert(opt.children);
	ck_assert_int_eq(opt.prefix, PREFIX_AUTO);
	accept_text("");
	ck_assert(!options_any(&opt));
}
END_TEST

START_TEST(each_key_sets_its_field)
{
	accept_text("gctrace=2,schedtrace=1000,scheddetail=1,"
	    "allocfreetrace=1,tape=/tmp/t,tapemax=1g,tapefrees=2,leaks=7,"
	    "memstats=signal,log=%p.log,logmax=10m,depth=512,minsize=1k,"
	    "maxsize=2k,sample=3,"
	    "signal=USR2,children=0,prefix=1");
	ck_assert_uint_eq(opt.gctrace, 2);
	ck_assert_uint_eq(opt.schedtrace_ns, NS_PER_S);
	ck_assert_uint_eq(opt.scheddetail, 1);
	ck_assert_uint_eq(opt.allocfreetrace, 1);
	ck_assert_str_eq(opt.tape, "/tmp/t");
	ck_assert_uint_eq(opt.tapemax, GIB);
	ck_assert_uint_eq(opt.tapefrees, 2);
	ck_assert_int_eq(opt.leaks, 7);
	ck_assert_int_eq(opt.memstats, MEMSTATS_SIGNAL);
	ck_assert_str_eq(opt.log, "%p.log");
	ck_assert_uint_eq(opt.logmax, 10 * MIB);
	ck_assert_uint_eq(opt.depth, 512);
	ck_assert_uint_eq(opt.minsize, KIB);
	ck_assert_uint_eq(opt.maxsize, 2 * KIB);
	ck_assert_uint_eq(opt.sample, 3);
	ck_assert_int_eq(opt.signal, SIGUSR2);
	ck_assert(!opt.children);
	ck_assert_int_eq(opt.prefix, PREFIX_ALWAYS);
	ck_assert(options_any(&opt));
}
END_TEST

START_TEST(each_feature_alone_is_something)
{
	static const char *const texts[] = {
		"gctrace=1", "schedtrace=10", "allocfreetrace=1", "tape=t",
		"leaks=1", "memstats=exit", "signal=USR1"
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		accept_text(texts[i]);
		ck_assert(options_any(&opt));
	}
	accept_text("log=x,depth=3,children=0,sample=2,leaks=0");
	ck_assert(!options_any(&opt));
}
END_TEST

START_TEST(periods_take_units_and_a_bare_number_is_milliseconds)
{
	accept_text("schedtrace=1000");
	ck_assert_uint_eq(opt.schedtrace_ns, 1000 * NS_PER_MS);
	accept_text("schedtrace=10ms");
	ck_assert_uint_eq(opt.schedtrace_ns, 10 * NS_PER_MS);
	accept_text("schedtrace=2s");
	ck_assert_uint_eq(opt.schedtrace_ns, 2 * NS_PER_S);
	accept_text("schedtrace=60m");
	ck_assert_uint_eq(opt.schedtrace_ns, 3600 * NS_PER_S);
	accept_text("schedtrace=0");
	ck_assert_uint_eq(opt.schedtrace_ns, 0);
	accept_text("memstats=5s");
	ck_assert_int_eq(opt.memstats, MEMSTATS_PERIOD);
	ck_assert_uint_eq(opt.memstats_ns, 5 * NS_PER_S);
	accept_text("memstats=5s,memstats=0");
	ck_assert_int_eq(opt.memstats, MEMSTATS_OFF);
}
END_TEST

START_TEST(white_space_and_empty_items_do_not_count)
{
	accept_text(" , gctrace = 1 ,\tschedtrace= 2s\n,,");
	ck_assert_uint_eq(opt.gctrace, 1);
	ck_assert_uint_eq(opt.schedtrace_ns, 2 * NS_PER_S);
}
END_TEST

START_TEST(the_last_duplicate_wins_unless_it_is_bad)
{
	accept_text("gctrace=1,gctrace=2");
	ck_assert_uint_eq(opt.gctrace, 2);
	parse("gctrace=1,gctrace=9");
	ck_assert_int_eq(complaints, 1);
	ck_assert_uint_eq(opt.gctrace, 1);
}
END_TEST

START_TEST(an_unknown_key_is_named_with_the_nearest_one)
{
	refuse("schedtrce=10", "DIAG item \"schedtrce=10\": unknown key "
	    "(did you mean schedtrace?)");
	refuse("GCTRACE=1", "DIAG item \"GCTRACE=1\": unknown key "
	    "(did you mean gctrace?)");
	refuse("laeks=1", "DIAG item \"laeks=1\": unknown key "
	    "(did you mean leaks?)");
	refuse("bogus=1", "DIAG item \"bogus=1\": unknown key "
	    "(DIAG=help lists them)");
	refuse("=5", "DIAG item \"=5\": unknown key (DIAG=help lists them)");
}
END_TEST

START_TEST(a_bad_value_is_named_with_what_is_allowed)
{
	refuse("gctrace=3", "DIAG item \"gctrace=3\": out of range "
	    "(gctrace takes 0, 1, 2)");
	refuse("gctrace=-1", "DIAG item \"gctrace=-1\": bad value "
	    "(gctrace takes 0, 1, 2)");
	refuse("gctrace", "DIAG item \"gctrace\": no value "
	    "(gctrace takes 0, 1, 2)");
	refuse("log=", "DIAG item \"log=\": no value (log takes path)");
	refuse("schedtrace=9", "DIAG item \"schedtrace=9\": out of range "
	    "(schedtrace takes 10ms to 60m, 0 off)");
	refuse("schedtrace=1h", "DIAG item \"schedtrace=1h\": bad unit "
	    "(schedtrace takes 10ms to 60m, 0 off; units ms s m, without "
	    "one: ms)");
	refuse("memstats=exti", "DIAG item \"memstats=exti\": bad value "
	    "(did you mean exit? memstats takes exit, signal, period)");
	refuse("signal=SIGUSR3", "DIAG item \"signal=SIGUSR3\": bad value "
	    "(did you mean USR1? signal takes name, like USR2)");
	refuse("signal=KILL", "DIAG item \"signal=KILL\": this signal cannot "
	    "be used (signal takes name, like USR2)");
	refuse("gctrace=1 schedtrace=1000", "DIAG item \"gctrace=1 "
	    "schedtrace=1000\": bad value (items are separated by commas; "
	    "gctrace takes 0, 1, 2)");
}
END_TEST

START_TEST(numbers_that_do_not_fit_are_out_of_range)
{
	refuse("logmax=18446744073709551616",
	    "DIAG item \"logmax=18446744073709551616\": out of range "
	    "(logmax takes size, 0 no limit)");
	refuse("logmax=99999999999g",
	    "DIAG item \"logmax=99999999999g\": out of range "
	    "(logmax takes size, 0 no limit)");
	accept_text("logmax=18446744073709551615");
	ck_assert_uint_eq(opt.logmax, UINT64_MAX);
	parse("leaks=4294967297,depth=4294967297,sample=0");
	ck_assert_int_eq(complaints, 3);
	ck_assert_int_eq(opt.leaks, -1);
	ck_assert_uint_eq(opt.depth, 64);
}
END_TEST

START_TEST(a_complaint_stays_one_short_printable_line)
{
	static char item[100000];

	memset(item, 'x', sizeof(item) - 1);
	memcpy(item, "a\nb\x1b[2J\xff=", 9);
	parse(item);
	ck_assert_int_eq(complaints, 1);
	ck_assert_uint_lt(strlen(said), 200);
	ck_assert_ptr_null(strchr(said, '\x1b'));
	ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
	ck_assert_ptr_nonnull(strstr(said, "a\\x0ab\\x1b[2J\\xff="));
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_refused)
{
	static char text[OPTION_PATH_MAX + 8] = "log=";

	memset(text + 4, 'x', OPTION_PATH_MAX);
	parse(text);
	ck_assert_int_eq(complaints, 1);
	ck_assert_ptr_nonnull(strstr(said, "too long (log takes a path of at "
	    "most 1023 bytes)"));
	ck_assert_str_eq(opt.log, "");
	text[4 + OPTION_PATH_MAX - 1] = '\0';
	accept_text(text);
	ck_assert_uint_eq(strlen(opt.log), OPTION_PATH_MAX - 1);
}
END_TEST

START_TEST(the_defaults_can_be_written_as_the_help_shows_them)
{
	accept_text("log=x,log=stderr,tape=x,tape=-,memstats=exit,memstats=-,"
	    "maxsize=5,maxsize=none,signal=HUP,signal=-,prefix=auto");
	ck_assert_str_eq(opt.log, "");
	ck_assert_str_eq(opt.tape, "");
	ck_assert_int_eq(opt.memstats, MEMSTATS_OFF);
	ck_assert_uint_eq(opt.maxsize, UINT64_MAX);
	ck_assert_int_eq(opt.signal, 0);
}
END_TEST

START_TEST(an_empty_range_of_sizes_is_noticed)
{
	refuse("minsize=2,maxsize=1", "minsize is larger than maxsize: "
	    "no allocation is traced");
}
END_TEST

/* What DIAG would have to say for the options that @text gives. */
static const char *
written(const char *text)
{
	static char out[4096];
	struct buf b = BUF(out);

	accept_text(text);
	options_write(&b, &opt);
	return buf_cstr(&b);
}

START_TEST(what_is_not_standard_is_written_back)
{
	static const char *const same[] = {
		"", "gctrace=2,schedtrace=1000,scheddetail=1",
		"tape=/x %p,tapemax=1048576,tapefrees=0,leaks=0",
		"leakscan=0",
		"memstats=exit", "memstats=signal", "memstats=250",
		"log=a=b,depth=3,minsize=5,maxsize=7,sample=9",
		"signal=USR2,control=1,children=0,prefix=1",
	};

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		ck_assert_str_eq(written(same[i]), same[i]);
	ck_assert_str_eq(written("schedtrace=2s,tapemax=3k,signal=10"),
	    "schedtrace=2000,tapemax=3072,signal=USR1");
	ck_assert_str_eq(written("signal=40"), "signal=40");
	ck_assert_str_eq(written("prefix=auto,sample=1,depth=64"), "");
}
END_TEST

START_TEST(a_change_leaves_what_it_does_not_name)
{
	accept_text("gctrace=2,tape=x,memstats=100,maxsize=9");
	options_change(&opt, "tape=-,leaks=4,memstats=0,maxsize=none", hear,
	    NULL);
	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(opt.gctrace, 2);
	ck_assert_str_eq(opt.tape, "");
	ck_assert_int_eq(opt.leaks, 4);
	ck_assert_int_eq(opt.memstats, MEMSTATS_OFF);
	ck_assert_uint_eq(opt.maxsize, UINT64_MAX);
	options_change(&opt, "gctrace=3", hear, NULL);
	ck_assert_int_eq(complaints, 1);
	ck_assert_uint_eq(opt.gctrace, 2);
}
END_TEST

START_TEST(help_is_a_word_of_its_own)
{
	accept_text("help");
	ck_assert(opt.help);
	accept_text("gctrace=1, help ");
	ck_assert(opt.help);
	refuse("help=1", "DIAG item \"help=1\": unknown key "
	    "(did you mean help?)");
	ck_assert(!opt.help);
}
END_TEST

START_TEST(signals_have_names_with_and_without_sig)
{
	static const struct {
		const char *name;
		int number;
	} rows[] = {
		{ "USR1", SIGUSR1 }, { "SIGUSR1", SIGUSR1 },
		{ "sigusr2", SIGUSR2 }, { "10", SIGUSR1 }, { "RTMIN", 34 },
		{ "SIGRTMIN+2", 36 }, { "RTMAX-1", 63 }, { "RTMAX", 64 },
		{ "RTMIN-1", 0 }, { "RTMIN+31", 0 }, { "RTMINX", 0 },
		{ "32", 0 }, { "65", 0 }, { "0", 0 }, { "", 0 }, { "SIG", 0 },
		{ "POLL", SIGIO }, { "SIGSIGUSR1", 0 },
		{ "AVERYLONGNAMETHATISNONE", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ck_assert_int_eq(signame_number(rows[i].name,
		    strlen(rows[i].name)), rows[i].number);
	ck_assert_str_eq(signame_of(SIGTERM), "TERM");
	ck_assert_ptr_null(signame_of(40));
}
END_TEST

START_TEST(distance_counts_letters_and_swaps)
{
	ck_assert_uint_eq(nearest_distance("log", 3, "log"), 0);
	ck_assert_uint_eq(nearest_distance("lgo", 3, "log"), 1);
	ck_assert_uint_eq(nearest_distance("", 0, "log"), 3);
	ck_assert_uint_eq(nearest_distance("LOGMAX", 6, "log"), 3);
	ck_assert_uint_eq(nearest_distance("kitten", 6, "sitting"), 3);
}
END_TEST

START_TEST(paths_are_expanded_and_other_percents_stay)
{
	char text[128];
	struct buf b = BUF(text);

	options_expand_path(&b, "/a/%n-%p-%t%%%x%", 42, "x/y", 1700000000);
	ck_assert_str_eq(buf_cstr(&b), "/a/x_y-42-1700000000%%x%");
	b.len = 0;
	options_expand_path(&b, "%n", 42, NULL, 0);
	ck_assert_str_eq(buf_cstr(&b), "");
}
END_TEST

/* Each line of DIAG=help fits a terminal; each key is there. */
START_TEST(help_names_every_key_in_eighty_columns)
{
	static char text[16384];
	struct buf b = BUF(text);

	options_help(&b);
	ck_assert(!b.cut);
	buf_cstr(&b);
	for (size_t i = 0; i < option_rows_count; i++)
		ck_assert_ptr_nonnull(strstr(text, option_rows[i].key));
	for (char *s = text; *s != '\0'; s += strcspn(s, "\n") + 1)
		ck_assert_uint_lt(strcspn(s, "\n"), 80);
}
END_TEST

START_TEST(the_manual_has_a_paragraph_for_every_key)
{
	static char text[16384];
	struct buf b = BUF(text);
	size_t paragraphs = 0;

	options_manual(&b);
	for (const char *s = buf_cstr(&b); (s = strstr(s, ".TP\n")) != NULL;
	    s++)
		paragraphs++;
	ck_assert_uint_eq(paragraphs, option_rows_count);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("options");
	TCase *t = tcase_create("options");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, without_a_variable_everything_is_off);
	tcase_add_test(t, each_key_sets_its_field);
	tcase_add_test(t, each_feature_alone_is_something);
	tcase_add_test(t,
	    periods_take_units_and_a_bare_number_is_milliseconds);
	tcase_add_test(t, white_space_and_empty_items_do_not_count);
	tcase_add_test(t, the_last_duplicate_wins_unless_it_is_bad);
	tcase_add_test(t, an_unknown_key_is_named_with_the_nearest_one);
	tcase_add_test(t, a_bad_value_is_named_with_what_is_allowed);
	tcase_add_test(t, numbers_that_do_not_fit_are_out_of_range);
	tcase_add_test(t, a_complaint_stays_one_short_printable_line);
	tcase_add_test(t, a_path_that_does_not_fit_is_refused);
	tcase_add_test(t, the_defaults_can_be_written_as_the_help_shows_them);
	tcase_add_test(t, an_empty_range_of_sizes_is_noticed);
	tcase_add_test(t, what_is_not_standard_is_written_back);
	tcase_add_test(t, a_change_leaves_what_it_does_not_name);
	tcase_add_test(t, help_is_a_word_of_its_own);
	tcase_add_test(t, signals_have_names_with_and_without_sig);
	tcase_add_test(t, distance_counts_letters_and_swaps);
	tcase_add_test(t, paths_are_expanded_and_other_percents_stay);
	tcase_add_test(t, help_names_every_key_in_eighty_columns);
	tcase_add_test(t, the_manual_has_a_paragraph_for_every_key);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
