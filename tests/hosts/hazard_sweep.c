/*
 * hazard_sweep - closes what it did not open, and uses the numbers again.
 *
 *	hazard_sweep close_range|closefrom|loop|list
 *
 * Afterwards a hundred files of its own get the numbers and hold what it wrote
 * to them; then it becomes itself with "list" and tells what is open (below
 * the numbers of a diag that is in it as well).
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { FILES = 100, LOOP_END = 1024, OURS = 512 };

static int fds[FILES];

static void
list(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	int n = 0;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' && atoi(e->d_name) != dirfd(dir) &&
		    atoi(e->d_name) < OURS)
			n += printf("%s ", e->d_name) > 0;
	printf("- %d open\n", n);
}

static void
sweep(const char *how)
{
	if (strcmp(how, "close_range") == 0)
		syscall(SYS_close_range, 3, ~0U, 0);
	else if (strcmp(how, "closefrom") == 0)
		closefrom(3);
	else
		for (int fd = 3; fd < LOOP_END; fd++)
			close(fd);
}

static int
open_files(void)
{
	char text[64];

	for (int i = 0; i < FILES; i++) {
		fds[i] = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (fds[i] < 0)
			return 1;
		snprintf(text, sizeof(text), "file %d\n", i);
		if (write(fds[i], text, strlen(text)) < 0)
			return 1;
	}
	return 0;
}

static int
look_at_files(void)
{
	char text[64], got[256];
	int bad = 0;

	for (int i = 0; i < FILES; i++) {
		ssize_t n = pread(fds[i], got, sizeof(got) - 1, 0);

		got[n < 0 ? 0 : n] = '\0';
		snprintf(text, sizeof(text), "file %d\n", i);
		bad += strcmp(text, got) != 0;
	}
	return bad;
}

static void *
allocate(void *arg)
{
	for (int i = 0; i < 2000; i++)
		free(malloc((size_t)i + 1));
	return arg;
}

int
main(int argc, char **argv)
{
	const struct timespec moment = { .tv_nsec = 150000000 };
	char self[] = "hazard_sweep", word[] = "list";
	char *again[] = { self, word, NULL };
	pthread_t t;

	if (argc > 1 && strcmp(argv[1], "list") == 0) {
		list();
		return 6;
	}
	allocate(NULL);
	sweep(argc > 1 ? argv[1] : "close_range");
	if (open_files() != 0 || pthread_create(&t, NULL, allocate, NULL) != 0)
		return 1;
	pthread_join(t, NULL);
	nanosleep(&moment, NULL);
	printf("numbers %d to %d, %d bad\n", fds[0], fds[FILES - 1],
	    look_at_files());
	fflush(stdout);
	execv("/proc/self/exe", again);
	return 2;
}
