/*
 * test_sink - whole lines out, wherever they go and whatever happens there.
 */
#include "shim/sink/sink.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "sinkbed.h"

enum { MANY = 20000 };

static bool
is_pending(int sig)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, sig) == 1;
}

START_TEST(a_record_arrives_as_it_was_put)
{
	int fd = bed_stderr_is_pipe();

	ck_assert_int_eq(bed_open("", true), 0);
	ck_assert(sink_put("one\n\ttwo\n", 9));
	ck_assert(sink_put("no newline", 10));
	ck_assert_str_eq(bed_read(fd), "one\n\ttwo\nno newline\n");
	ck_assert(!sink_gathers());
	ck_assert_uint_eq(sink_dropped(), 0);
}
END_TEST

START_TEST(what_is_said_before_the_opening_comes_first)
{
	int fd = bed_stderr_is_pipe();

	sink_say("item %d", 1);
	sink_say("item %d", 2);
	ck_assert_int_eq(bed_open("", false), 0);
	sink_put("x\n", 2);
	ck_assert_str_eq(bed_read(fd), "diag: item 1\ndiag: item 2\nx\n");
}
END_TEST

START_TEST(a_notice_is_printed_once_per_cause_and_stays_a_line)
{
	int fd = bed_stderr_is_pipe();

	bed_open("", true);
	sink_notice("a", "first\nof %s", "a\x1b");
	sink_notice("a", "second of a");
	sink_notice("b", "first of b");
	ck_assert_str_eq(bed_read(fd),
	    "diag: first?of a?\ndiag: first of b\n");
}
END_TEST

START_TEST(a_prefix_stands_before_every_line_of_a_record)
{
	int fd = bed_stderr_is_pipe();
	char expected[128];

	sink_open(&(struct sink_config){ .log = "", .prefix = true });
	sink_put("one\n\ttwo\n\n", 10);
	snprintf(expected, sizeof(expected),
	    "diag[%d] one\ndiag[%d] \ttwo\ndiag[%d] \n", getpid(), getpid(),
	    getpid());
	ck_assert_str_eq(bed_read(fd), expected);
}
END_TEST

START_TEST(a_full_pipe_keeps_then_drops_counts_and_says_so)
{
	int fd = bed_stderr_is_pipe();
	const char *text;
	int arrived = 0;
	unsigned long lost = 0;

	bed_open("", true);
	for (int i = 1; i <= MANY; i++)
		bed_put(0, i);
	ck_assert_uint_gt(sink_dropped(), 0);
	/* The reader wakes up: all that was kept comes, then the count. */
	for (int i = 0; i < 10; i++) {
		text = bed_read(fd);
		arrived += bed_count(text);
		lost += bed_lost(text);
		sink_flush();
	}
	ck_assert_uint_eq(lost, sink_dropped());
	ck_assert_uint_eq((unsigned long)arrived + lost, MANY);
	ck_assert(bed_put(0, MANY + 1));
	ck_assert_int_eq(bed_count(bed_read(fd)), 1);
}
END_TEST

START_TEST(the_reason_for_a_loss_is_told)
{
	int fd = bed_stderr_is_pipe();
	bool told = false;

	bed_open("", false);
	for (int i = 1; i <= MANY; i++)
		bed_put(0, i);
	for (int i = 0; i < 10; i++) {
		told = told || strstr(bed_read(fd),
		    " records lost (the reader is slow)\n") != NULL;
		sink_flush();
	}
	ck_assert(told);
}
END_TEST

START_TEST(the_hosts_flags_of_stderr_stay_as_they_are)
{
	int fd = bed_stderr_is_pipe();
	int flags = fcntl(STDERR_FILENO, F_GETFL);

	bed_open("", true);
	for (int i = 1; i <= MANY; i++)
		bed_put(0, i);
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_GETFL), flags);
	close(fd);
}
END_TEST

START_TEST(a_closed_pipe_kills_nobody_and_leaves_no_signal)
{
	bool hides = _i == 1;
	int fd = bed_stderr_is_pipe();

	signal(SIGPIPE, SIG_DFL);
	bed_open("", hides);
	close(fd);
	for (int i = 1; i <= MANY; i++)
		bed_put(0, i);
	sink_flush();
	ck_assert(!is_pending(SIGPIPE));
	ck_assert_uint_gt(sink_dropped(), 0);
}
END_TEST

START_TEST(a_sigpipe_that_the_host_keeps_pending_stays)
{
	int fd = bed_stderr_is_pipe();
	sigset_t set;

	bed_open("", true);
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGPIPE);
	close(fd);
	bed_put(0, 1);
	ck_assert(is_pending(SIGPIPE));
	sigemptyset(&set);
	sigprocmask(SIG_BLOCK, NULL, &set);
	ck_assert_int_eq(sigismember(&set, SIGPIPE), 1);
}
END_TEST

START_TEST(a_full_socket_drops_and_a_closed_one_kills_nobody)
{
	int ends[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	signal(SIGPIPE, SIG_DFL);
	bed_open("", true);
	ck_assert(bed_put(0, 1));
	for (int i = 2; i <= 10 * MANY; i++)
		bed_put(0, i);
	ck_assert_uint_gt(sink_dropped(), 0);
	close(ends[0]);
	sink_flush();
	ck_assert(!is_pending(SIGPIPE));
}
END_TEST

START_TEST(a_full_disk_keeps_the_host_alive)
{
	int fd = open("/dev/full", O_WRONLY);

	dup2(fd, STDERR_FILENO);
	bed_open("", true);
	for (int i = 1; i <= MANY; i++)
		bed_put(0, i);
	sink_flush();
	ck_assert_uint_gt(sink_dropped(), 0);
}
END_TEST

START_TEST(a_closed_stderr_is_no_output)
{
	close(STDERR_FILENO);
	ck_assert_int_eq(bed_open("", true), -EBADF);
	for (int i = 1; i <= MANY; i++)
		bed_put(0, i);
	sink_flush();
	ck_assert_uint_gt(sink_dropped(), 0);
}
END_TEST

START_TEST(a_file_that_took_number_two_gets_nothing)
{
	bool hides = _i == 1;
	int fd = bed_stderr_is_pipe();
	struct stat st;

	bed_open("", hides);
	close(STDERR_FILENO);
	ck_assert_int_eq(open(bed_path("data"), O_WRONLY | O_CREAT, 0600),
	    STDERR_FILENO);
	for (int i = 1; i <= 100; i++)
		bed_put(0, i);
	sink_flush();
	fstat(STDERR_FILENO, &st);
	ck_assert_int_eq(st.st_size, 0);
	/* With a descriptor of our own the old place still gets it. */
	ck_assert_int_eq(bed_count(bed_read(fd)), hides ? 100 : 0);
}
END_TEST

START_TEST(a_long_record_goes_through_a_pipe_whole)
{
	static char record[40000];
	int fd = bed_stderr_is_pipe();

	memset(record, 'x', sizeof(record));
	for (size_t i = 99; i < sizeof(record); i += 100)
		record[i] = '\n';
	bed_open("", true);
	ck_assert(sink_put(record, sizeof(record)));
	ck_assert_int_eq(memcmp(bed_read(fd), record, sizeof(record)), 0);
}
END_TEST

/* Puts records as thread *@arg. */
static void *
put_many(void *arg)
{
	for (int i = 1; i <= MANY; i++)
		bed_put(*(int *)arg, i);
	return NULL;
}

static void
put_by_threads(void)
{
	int ids[] = { 0, 1, 2 };
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, put_many, &ids[i]);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	sink_flush();
}

static void *
keep_reading(void *arg)
{
	int fd = *(int *)arg;

	fcntl(fd, F_SETFL, 0);
	return (void *)(uintptr_t)bed_read(fd);
}

START_TEST(records_of_threads_are_never_torn_in_a_pipe)
{
	int fd = bed_stderr_is_pipe();
	pthread_t reader;
	void *text;

	bed_open("", false);
	pthread_create(&reader, NULL, keep_reading, &fd);
	put_by_threads();
	close(STDERR_FILENO);
	pthread_join(reader, &text);
	ck_assert_uint_le((unsigned long)bed_count(text) + bed_lost(text),
	    3 * MANY);
	ck_assert_int_gt(bed_count(text), 0);
}
END_TEST

START_TEST(records_of_threads_are_all_in_the_log)
{
	ck_assert_int_eq(bed_open(bed_path("log"), true), 0);
	ck_assert(sink_gathers());
	put_by_threads();
	ck_assert_uint_eq(sink_dropped(), 0);
	ck_assert_int_eq(bed_count(bed_file(bed_path("log"))), 3 * MANY);
}
END_TEST

static volatile sig_atomic_t handled;

static void
put_in_handler(int sig)
{
	bed_put(1, ++handled);
}

/* Rearmed by hand, so that a slow machine is not swamped. */
static void
set_alarm(void)
{
	struct itimerval t = { .it_value.tv_usec = 50 };

	setitimer(ITIMER_REAL, &t, NULL);
}

START_TEST(a_handler_that_interrupts_a_record_waits_for_nothing)
{
	unsigned long total;

	bed_open(bed_path("log"), true);
	signal(SIGALRM, put_in_handler);
	for (int i = 1; i <= 20 * MANY; i++) {
		if (i % 100 == 0)
			set_alarm();
		bed_put(0, i);
	}
	signal(SIGALRM, SIG_IGN);
	sink_flush();
	total = 20ul * MANY + (unsigned long)handled;
	ck_assert_uint_eq((unsigned long)bed_count(bed_file(bed_path("log"))) +
	    sink_dropped(), total);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sink");
	TCase *t = tcase_create("stderr");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, bed_make, bed_clean);
	tcase_add_test(t, a_record_arrives_as_it_was_put);
	tcase_add_test(t, what_is_said_before_the_opening_comes_first);
	tcase_add_test(t, a_notice_is_printed_once_per_cause_and_stays_a_line);
	tcase_add_test(t, a_prefix_stands_before_every_line_of_a_record);
	tcase_add_test(t, a_full_pipe_keeps_then_drops_counts_and_says_so);
	tcase_add_test(t, the_reason_for_a_loss_is_told);
	tcase_add_test(t, the_hosts_flags_of_stderr_stay_as_they_are);
	tcase_add_loop_test(t, a_closed_pipe_kills_nobody_and_leaves_no_signal,
	    0, 2);
	tcase_add_test(t, a_sigpipe_that_the_host_keeps_pending_stays);
	tcase_add_test(t, a_full_socket_drops_and_a_closed_one_kills_nobody);
	tcase_add_test(t, a_full_disk_keeps_the_host_alive);
	tcase_add_test(t, a_closed_stderr_is_no_output);
	tcase_add_loop_test(t, a_file_that_took_number_two_gets_nothing, 0, 2);
	tcase_add_test(t, a_long_record_goes_through_a_pipe_whole);
	tcase_add_test(t, records_of_threads_are_never_torn_in_a_pipe);
	tcase_add_test(t, records_of_threads_are_all_in_the_log);
	tcase_add_test(t, a_handler_that_interrupts_a_record_waits_for_nothing);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
