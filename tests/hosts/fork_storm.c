/*
 * fork_storm - threads that allocate, open and flush files, while the first
 * thread forks: by fork(), vfork() and posix_spawn(); each child allocates.
 */
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8 };

extern char **environ;

static _Atomic int stop;

static void *
work(void *arg)
{
	while (!stop) {
		FILE *f = fopen("/dev/null", "w");
		void *p = malloc((size_t)(rand() % 5000));

		fprintf(f, "%p\n", p);
		fflush(NULL);
		free(p);
		fclose(f);
	}
	return NULL;
}

/* Not all files are flushed here: the kernel copies descriptors before memory,
 * and a file that was opened in between is in one and not in the other. */
static int
child(void)
{
	for (int i = 0; i < 100; i++)
		free(malloc((size_t)(100 * i)));
	return fflush(stdout) == 0 ? 7 : 1;
}

static int
round_of_children(int i)
{
	static char name[] = "true";
	char *argv[] = { name, NULL };
	pid_t pid[3];
	int status, good = 0;

	pid[0] = fork();
	if (pid[0] == 0)
		_exit(child());
	pid[1] = vfork();
	if (pid[1] == 0) {
		execv("/bin/true", argv);
		_exit(1);
	}
	posix_spawn(&pid[2], "/bin/true", NULL, NULL, argv, environ);
	for (int k = 0; k < 3; k++)
		if (waitpid(pid[k], &status, 0) == pid[k] &&
		    WIFEXITED(status) && WEXITSTATUS(status) == 7 * (k == 0))
			good++;
	return good;
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 30, good = 0;
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, work, NULL);
	for (int i = 0; i < rounds; i++)
		good += round_of_children(i);
	stop = 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	printf("%d of %d children\n", good, 3 * rounds);
	return 0;
}
