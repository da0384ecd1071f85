/*
 * test_logfile - the file of log= is opened safely, or refused.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/sink/sink.h"
#include "sinkbed.h"

/* Where notices go while a log is refused. */
static int errors;

static void
begin(void)
{
	bed_make();
	errors = bed_stderr_is_pipe();
}

/* @path must be refused, with @reason in the notice. */
static void
refuse(const char *path, int err, const char *reason)
{
	const char *text;

	ck_assert_int_eq(bed_open(path, true), err);
	ck_assert(!sink_put("x\n", 2));
	ck_assert_uint_eq(sink_dropped(), 1);
	text = bed_read(errors);
	ck_assert_ptr_nonnull(strstr(text, reason));
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
}

START_TEST(a_symbolic_link_is_refused)
{
	char target[128];

	strcpy(target, bed_path("target"));
	close(open(target, O_WRONLY | O_CREAT, 0600));
	ck_assert_int_eq(symlink(target, bed_path("link")), 0);
	refuse(bed_path("link"), -ELOOP, "it is a symbolic link");
	ck_assert_str_eq(bed_file(target), "");
}
END_TEST

START_TEST(a_pipe_with_a_name_is_refused)
{
	ck_assert_int_eq(mkfifo(bed_path("fifo"), 0600), 0);
	ck_assert_int_ge(open(bed_path("fifo"), O_RDONLY | O_NONBLOCK), 0);
	refuse(bed_path("fifo"), -EEXIST, "it is not a regular file");
}
END_TEST

START_TEST(a_folder_is_refused)
{
	refuse(bed_path(""), -EISDIR, "Is a directory");
}
END_TEST

START_TEST(a_place_that_is_not_there_is_refused)
{
	refuse("/nowhere/at/all", -ENOENT, "log=/nowhere/at/all: No such file "
	    "or directory; only notices are printed, here\n");
}
END_TEST

START_TEST(a_file_of_another_user_is_left_for_one_of_ours)
{
	const char *text;

	if (geteuid() != 0)
		return;
	close(open(bed_path("other"), O_WRONLY | O_CREAT, 0666));
	ck_assert_int_eq(chown(bed_path("other"), 12345, 12345), 0);
	ck_assert_int_eq(bed_open(bed_path("other"), true), 0);
	bed_put(0, 1);
	sink_flush();
	ck_assert_str_eq(bed_file(bed_path("other")), "");
	text = bed_file(bed_path("other.0"));
	ck_assert_ptr_nonnull(strstr(text, ": another user's; this is the log "
	    "of user 0, with .0 after its name\n"));
	ck_assert_ptr_nonnull(strstr(text, "0.1 first\n"));
}
END_TEST

START_TEST(a_file_of_another_user_is_refused)
{
	if (geteuid() != 0)
		return;
	close(open(bed_path("other"), O_WRONLY | O_CREAT, 0666));
	close(open(bed_path("other.0"), O_WRONLY | O_CREAT, 0666));
	ck_assert_int_eq(chown(bed_path("other"), 12345, 12345), 0);
	ck_assert_int_eq(chown(bed_path("other.0"), 12345, 12345), 0);
	refuse(bed_path("other"), -EPERM, "it belongs to another user");
}
END_TEST

START_TEST(a_log_is_private_and_appended_to)
{
	struct stat st;

	umask(0);
	ck_assert_int_eq(bed_open(bed_path("log"), true), 0);
	bed_put(0, 1);
	sink_flush();
	stat(bed_path("log"), &st);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	if (fork() == 0) {
		/* A second run. */
		sink_open(&(struct sink_config){ .log = bed_path("log") });
		bed_put(0, 2);
		sink_flush();
		_exit(0);
	}
	wait(NULL);
	ck_assert_int_eq(bed_count(bed_file(bed_path("log"))), 2);
}
END_TEST

START_TEST(a_device_is_fine)
{
	ck_assert_int_eq(bed_open("/dev/null", true), 0);
	bed_put(0, 1);
	sink_flush();
	ck_assert_uint_eq(sink_dropped(), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("logfile");
	TCase *t = tcase_create("logfile");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, begin, bed_clean);
	tcase_add_test(t, a_symbolic_link_is_refused);
	tcase_add_test(t, a_pipe_with_a_name_is_refused);
	tcase_add_test(t, a_folder_is_refused);
	tcase_add_test(t, a_place_that_is_not_there_is_refused);
	tcase_add_test(t, a_file_of_another_user_is_left_for_one_of_ours);
	tcase_add_test(t, a_file_of_another_user_is_refused);
	tcase_add_test(t, a_log_is_private_and_appended_to);
	tcase_add_test(t, a_device_is_fine);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
