/*
 * test_sinklog - the file of log=: limits, forks, our own thread.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/sink/sink.h"
#include "shim/state/state.h"
#include "sinkbed.h"

enum { MANY = 20000 };

/* Where standard error leads. */
static int errors;

static void
begin(void)
{
	bed_make();
	errors = bed_stderr_is_pipe();
}

START_TEST(a_log_ends_at_its_limit_and_says_so_once)
{
	enum { LIMIT = 10000 };
	const char *text;
	struct stat st;

	sink_open(&(struct sink_config){ .log = bed_path("log"),
	    .logmax = LIMIT, .host_writes = true });
	for (int i = 1; i <= MANY; i++)
		bed_put(0, i);
	sink_flush();
	bed_put(0, MANY + 1);
	sink_flush();
	stat(bed_path("log"), &st);
	ck_assert_int_le(st.st_size, LIMIT);
	ck_assert_int_gt(st.st_size, LIMIT - 200);
	text = bed_file(bed_path("log"));
	ck_assert_uint_eq((unsigned)bed_count(text) + sink_dropped(),
	    MANY + 1);
	text = strstr(text, "diag: ");
	ck_assert_str_eq(text,
	    "diag: the log ends here: logmax=10000 is reached\n");
}
END_TEST

START_TEST(a_log_that_has_reached_its_limit_before_is_refused)
{
	int fd = open(bed_path("log"), O_WRONLY | O_CREAT, 0600);

	ck_assert_int_eq(ftruncate(fd, 5000), 0);
	close(fd);
	ck_assert_int_eq(sink_open(&(struct sink_config){
	    .log = bed_path("log"), .logmax = 5000 }), -EFBIG);
	ck_assert_ptr_nonnull(strstr(bed_read(errors),
	    "it has reached logmax"));
}
END_TEST

START_TEST(a_limit_on_stderr_is_kept_too)
{
	const char *text;

	sink_open(&(struct sink_config){ .log = "", .logmax = 1000 });
	for (int i = 1; i <= 100; i++)
		bed_put(0, i);
	text = bed_read(errors);
	ck_assert_uint_le(strlen(text), 1000);
	ck_assert_uint_eq((unsigned)bed_count(text) + sink_dropped(), 100);
	ck_assert_ptr_nonnull(strstr(text, "logmax=1000 is reached\n"));
}
END_TEST

static void
limit_file_size(rlim_t most)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = most;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_file_size_limit_tears_nothing_and_kills_nobody)
{
	const char *text;
	sigset_t pending;
	struct stat st;

	bed_open(bed_path("log"), true);
	signal(SIGXFSZ, SIG_DFL);
	limit_file_size(1000);
	for (int i = 1; i <= 50 * MANY / 10; i++)
		bed_put(0, i);
	sink_flush();
	sigpending(&pending);
	stat(bed_path("log"), &st);
	/* check writes to a file, too. */
	limit_file_size(RLIM_INFINITY);
	ck_assert_int_eq(sigismember(&pending, SIGXFSZ), 0);
	ck_assert_int_le(st.st_size, 1000);
	text = bed_file(bed_path("log"));
	ck_assert_int_gt(bed_count(text), 0);
	ck_assert_uint_gt(sink_dropped(), 0);
	/* There is room again: what was kept comes, then the count. */
	sink_flush();
	sink_flush();
	text = bed_file(bed_path("log"));
	ck_assert_uint_eq(bed_lost(text), sink_dropped());
	ck_assert_uint_eq((unsigned)bed_count(text) + sink_dropped(),
	    50 * MANY / 10);
	ck_assert_ptr_nonnull(strstr(text, "records lost (File too large)\n"));
}
END_TEST

START_TEST(a_sweep_of_descriptors_does_not_end_the_log)
{
	bool hides = _i == 1;

	bed_open(bed_path("log"), hides);
	bed_put(0, 1);
	sink_flush();
	ck_assert_int_eq(close_range((unsigned)errors + 1, ~0u, 0), 0);
	/* The host's files take the numbers we had. */
	for (int i = 0; i < 20; i++)
		open("/dev/null", O_RDONLY);
	bed_put(0, 2);
	sink_flush();
	ck_assert_int_eq(bed_count(bed_file(bed_path("log"))), 2);
}
END_TEST

START_TEST(a_program_that_moves_away_keeps_its_log)
{
	ck_assert_int_eq(chdir(bed_path("")), 0);
	ck_assert_int_eq(bed_open("a%%b-%n.log", false), 0);
	ck_assert_int_eq(chdir("/"), 0);
	bed_put(0, 1);
	sink_flush();
	ck_assert_int_eq(bed_count(bed_file(bed_path("a%b-prog.log"))), 1);
}
END_TEST

START_TEST(a_child_says_nothing_of_its_parents)
{
	pid_t pid;
	int status;

	bed_open(bed_path("log"), true);
	bed_put(0, 1);
	pid = fork();
	if (pid == 0) {
		sink_after_fork_child(false);
		bed_put(1, 1);
		sink_flush();
		_exit(sink_dropped() == 0 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	sink_after_fork_parent();
	sink_flush();
	ck_assert_int_eq(bed_count(bed_file(bed_path("log"))), 2);
}
END_TEST

START_TEST(a_child_has_a_file_of_its_own_when_the_name_has_its_pid)
{
	char name[64];
	pid_t pid;

	bed_open(bed_path("log-%p"), true);
	bed_put(0, 1);
	sink_before_fork();
	pid = fork();
	if (pid == 0) {
		sink_after_fork_child(true);
		sink_put("child\n", 6);
		sink_flush();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	sink_after_fork_parent();
	bed_put(0, 2);
	sink_flush();
	snprintf(name, sizeof(name), "log-%d", getpid());
	ck_assert_int_eq(bed_count(bed_file(bed_path(name))), 2);
	snprintf(name, sizeof(name), "log-%d", pid);
	bed_file(bed_path(name));
	ck_assert_ptr_nonnull(strstr(bed_file(bed_path(name)), "] child\n"));
}
END_TEST

START_TEST(a_child_without_records_makes_no_file)
{
	char name[64];
	pid_t pid;

	bed_open(bed_path("log-%p"), true);
	pid = fork();
	if (pid == 0) {
		sink_after_fork_child(true);
		sink_flush();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	snprintf(name, sizeof(name), "log-%d", pid);
	ck_assert_int_eq(access(bed_path(name), F_OK), -1);
}
END_TEST

static pthread_barrier_t barrier;

/* As the diag thread: a table of its own, with nothing but the output. */
static void *
be_the_diag_thread(void *arg)
{
	tls.ours = true;
	ck_assert_int_eq(unshare(CLONE_FILES), 0);
	sink_adopt_thread();
	ck_assert_int_eq(fcntl(1, F_GETFD), -1);
	pthread_barrier_wait(&barrier);
	/* The host sweeps. */
	pthread_barrier_wait(&barrier);
	bed_put(1, 1);
	sink_flush();
	return NULL;
}

static void
sweep_beside_the_diag_thread(void)
{
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, be_the_diag_thread, NULL);
	pthread_barrier_wait(&barrier);
	close_range((unsigned)errors + 1, ~0u, 0);
	close(STDERR_FILENO);
	open("/dev/null", O_WRONLY);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
}

START_TEST(the_diag_thread_writes_whatever_the_host_closes)
{
	bool hides = _i == 1;

	bed_open("", hides);
	sweep_beside_the_diag_thread();
	ck_assert_int_eq(bed_count(bed_read(errors)), 1);
}
END_TEST

START_TEST(the_diag_thread_keeps_the_log_even_without_its_name)
{
	char was[128];

	strcpy(was, bed_path("log"));
	bed_open(was, true);
	bed_put(0, 1);
	rename(was, bed_path("renamed"));
	sweep_beside_the_diag_thread();
	ck_assert_int_eq(bed_count(bed_file(bed_path("renamed"))), 2);
}
END_TEST

/* The daemon: it lets go of stderr and lives on until @leash is closed. */
static void
be_a_daemon(int leash)
{
	pthread_t thread;
	char c;

	sink_after_fork_child(true);
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, be_the_diag_thread, NULL);
	pthread_barrier_wait(&barrier);
	close(STDERR_FILENO);
	open("/dev/null", O_WRONLY);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	while (read(leash, &c, 1) > 0)
		continue;
	_exit(0);
}

START_TEST(a_daemon_that_lets_go_of_a_pipe_takes_us_along)
{
	int leash[2];
	pid_t pid;
	char c;

	bed_open("", true);
	ck_assert_int_eq(pipe(leash), 0);
	pid = fork();
	if (pid == 0) {
		close(leash[1]);
		be_a_daemon(leash[0]);
	}
	/* The parent's own ends, the hidden one too. */
	close(STDERR_FILENO);
	close_range(100, ~0u, 0);
	fcntl(errors, F_SETFL, 0);
	/* The end of the pipe comes while the daemon lives. */
	ck_assert_int_eq(read(errors, &c, 1), 0);
	ck_assert_int_eq(waitpid(pid, NULL, WNOHANG), 0);
	close(leash[1]);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

static sigjmp_buf escape;

static void
jump_out(int sig)
{
	siglongjmp(escape, 1);
}

/* A handler that jumps out of a copy leaves the lock behind; the next record
 * finds that out, and no record is torn. */
START_TEST(a_handler_that_jumps_away_leaves_the_sink_usable)
{
	struct itimerval t = { .it_value.tv_usec = 50 };
	volatile int n = 0;

	bed_open(bed_path("log"), true);
	signal(SIGALRM, jump_out);
	while (n < 20 * MANY) {
		if (sigsetjmp(escape, 1) != 0)
			continue;
		while (n < 20 * MANY) {
			if (++n % 100 == 0)
				setitimer(ITIMER_REAL, &t, NULL);
			bed_put(0, n);
		}
	}
	signal(SIGALRM, SIG_IGN);
	ck_assert(bed_put(0, n + 1));
	sink_flush();
	ck_assert_int_gt(bed_count(bed_file(bed_path("log"))), 19 * MANY);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sinklog");
	TCase *t = tcase_create("log");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, bed_clean);
	tcase_add_test(t, a_log_ends_at_its_limit_and_says_so_once);
	tcase_add_test(t,
	    a_log_that_has_reached_its_limit_before_is_refused);
	tcase_add_test(t, a_limit_on_stderr_is_kept_too);
	tcase_add_test(t, a_file_size_limit_tears_nothing_and_kills_nobody);
	tcase_add_loop_test(t, a_sweep_of_descriptors_does_not_end_the_log, 0,
	    2);
	tcase_add_test(t, a_program_that_moves_away_keeps_its_log);
	tcase_add_test(t, a_child_says_nothing_of_its_parents);
	tcase_add_test(t,
	    a_child_has_a_file_of_its_own_when_the_name_has_its_pid);
	tcase_add_test(t, a_child_without_records_makes_no_file);
	tcase_add_loop_test(t, the_diag_thread_writes_whatever_the_host_closes,
	    0, 2);
	tcase_add_test(t, the_diag_thread_keeps_the_log_even_without_its_name);
	tcase_add_test(t, a_daemon_that_lets_go_of_a_pipe_takes_us_along);
	tcase_add_test(t, a_handler_that_jumps_away_leaves_the_sink_usable);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
