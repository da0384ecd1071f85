/*
 * bad_sink - a host whose stderr, descriptors and limits are trouble.
 *
 *	bad_sink [close2 | reuse2 | sweep | daemon | limit]... COUNT
 *
 * Does what the words say, in their order, allocates and frees COUNT blocks,
 * waits for a line when its standard input has one, does it again, and prints
 * what it has seen.  Nothing of what it prints depends on us.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 50, LIMIT = 4096 };

static int files[FILES];
static int numbers;

/* The file that takes number 2: it must stay empty. */
static void
reuse_two(void)
{
	char name[] = "/tmp/bad_sink_XXXXXX";

	close(STDERR_FILENO);
	files[numbers++] = mkstemp(name);
	unlink(name);
}

/* Closes all that it has not opened, as daemons do, and opens files. */
static void
sweep(void)
{
	close_range(3, ~0u, 0);
	while (numbers < FILES - 1) {
		char name[] = "/tmp/bad_sink_XXXXXX";

		files[numbers++] = mkstemp(name);
		unlink(name);
	}
}

/* The shell's reader of our pipe must see its end while we live. */
static void
become_daemon(void)
{
	pid_t pid = fork();

	if (pid != 0)
		_exit(0);
	setsid();
	for (int fd = 0; fd < 3; fd++) {
		close(fd);
		open("/dev/null", O_RDWR);
	}
}

static void
limit_files(void)
{
	struct rlimit limit = { LIMIT, RLIM_INFINITY };

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = LIMIT;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void
obey(const char *word)
{
	if (strcmp(word, "close2") == 0)
		close(STDERR_FILENO);
	else if (strcmp(word, "reuse2") == 0)
		reuse_two();
	else if (strcmp(word, "sweep") == 0)
		sweep();
	else if (strcmp(word, "daemon") == 0)
		become_daemon();
	else if (strcmp(word, "limit") == 0)
		limit_files();
}

static void
allocate(int count)
{
	for (int i = 0; i < count; i++) {
		char *volatile p = malloc(100);

		p[0] = 1;
		free(p);
	}
}

/* How many bytes are in files that are ours alone. */
static long
bytes_in_files(void)
{
	long sum = 0;

	for (int i = 0; i < numbers; i++) {
		struct stat st;

		if (fstat(files[i], &st) == 0)
			sum += st.st_size;
	}
	return sum;
}

int
main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[argc - 1]) : 0;
	sigset_t pending;
	char line[16];

	for (int i = 1; i < argc - 1; i++)
		obey(argv[i]);
	errno = 0;
	allocate(count);
	printf("once, errno %d\n", errno);
	fflush(stdout);
	if (read(STDIN_FILENO, line, sizeof(line)) > 0)
		allocate(count);
	sigpending(&pending);
	printf("files %d bytes %ld pipe %d size %d\n", numbers,
	    bytes_in_files(), sigismember(&pending, SIGPIPE),
	    sigismember(&pending, SIGXFSZ));
	for (int i = 0; i < numbers; i++)
		printf("%d ", files[i]);
	printf("\n");
	return 3;
}
