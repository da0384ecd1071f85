/*
 * test_opener - what a helper does is done, and the host can see neither its
 * descriptors nor its process.
 */
#include "shim/ticker/opener.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 300 };

static _Atomic bool over;
static pid_t last;	/* the thread that did the last job */

static void
open_one(void *arg)
{
	int *fd = arg;

	*fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	last = gettid();
}

static void *
open_many(void *arg)
{
	int *done = arg, fd;

	while (*done < ROUNDS && opener_run(open_one, &fd, false))
		*done += fd >= 0;
	atomic_store(&over, true);
	return NULL;
}

static int
count(const char *folder)
{
	DIR *d = opendir(folder);
	int n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* A child that lives as long as the write end of @ends. */
static pid_t
lasting_child(int ends[2])
{
	pid_t pid;
	char c;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (pid != 0)
		return pid;
	close(ends[1]);
	_exit(read(ends[0], &c, 1) == 0 ? 7 : 1);
}

START_TEST(a_wait_for_all_children_meets_no_helper)
{
	int ends[2], done = 0, status;
	pid_t pid = lasting_child(ends), got;
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, open_many, &done), 0);
	do {
		got = waitpid(-1, &status, __WALL | WNOHANG);
		ck_assert_int_eq(got, 0);
	} while (!atomic_load(&over));
	pthread_join(t, NULL);
	ck_assert_int_eq(done, ROUNDS);
	close(ends[1]);
	ck_assert_int_eq(waitpid(-1, &status, __WALL), pid);
	ck_assert_int_eq(WEXITSTATUS(status), 7);
	ck_assert_int_eq(waitpid(-1, &status, __WALL), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(its_time_is_not_a_childs)
{
	struct rusage before, after;
	int done = 0;

	getrusage(RUSAGE_CHILDREN, &before);
	open_many(&done);
	getrusage(RUSAGE_CHILDREN, &after);
	ck_assert_int_eq(done, ROUNDS);
	ck_assert_mem_eq(&before, &after, sizeof(before));
}
END_TEST

START_TEST(descriptors_and_threads_are_those_of_before)
{
	int fds = count("/proc/self/fd"), fd;

	for (int i = 0; i < ROUNDS; i++) {
		ck_assert(opener_run(open_one, &fd, false));
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
		ck_assert_int_eq(count("/proc/self/task"), 3);
	}
	ck_assert_int_eq(count("/proc/self/fd"), fds);
}
END_TEST

START_TEST(a_helper_is_known_as_one)
{
	int fd;

	ck_assert(!opener_is_helper(gettid()));
	ck_assert(opener_run(open_one, &fd, false));
	ck_assert_int_ne(last, gettid());
	ck_assert(opener_is_helper(last));
	ck_assert(opener_run(open_one, &fd, true));
	ck_assert_int_eq(last, gettid());
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(a_closed_opener_runs_nothing)
{
	int fd = -5;

	opener_close_for_good();
	ck_assert(!opener_run(open_one, &fd, false));
	ck_assert(!opener_run(open_one, &fd, true));
	ck_assert_int_eq(fd, -5);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("opener");
	TCase *t = tcase_create("opener");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, a_wait_for_all_children_meets_no_helper);
	tcase_add_test(t, its_time_is_not_a_childs);
	tcase_add_test(t, descriptors_and_threads_are_those_of_before);
	tcase_add_test(t, a_helper_is_known_as_one);
	tcase_add_test(t, a_closed_opener_runs_nothing);
	tcase_set_timeout(t, 120);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
