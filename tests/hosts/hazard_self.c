/*
 * hazard_self - a program that looks at itself: how many threads it has, and
 * what is mapped.
 *
 *	hazard_self WHAT
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS = 12 };

/* Kept by libc for programs that were linked long ago. */
extern int __xstat(int version, const char *path, struct stat *st);
extern int __fxstatat(int version, int at, const char *path, struct stat *st,
    int flags);

static void
linger(void)
{
	const struct timespec ts = { .tv_nsec = 15000000 };
	void *volatile p = malloc(100);

	nanosleep(&ts, NULL);
	free(p);
}

/* What Python does after a fork(). */
static long
count_in_stat(void)
{
	FILE *f = fopen("/proc/self/stat", "r");
	char line[512];
	char *at;
	size_t n;

	if (f == NULL)
		return -1;
	n = fread(line, 1, sizeof(line) - 1, f);
	line[n] = '\0';
	printf(" %d", ftell(f) == (long)n);
	fclose(f);
	at = strrchr(line, ')');
	for (int field = 2; at != NULL && field < 20; field++)
		at = strchr(at + 1, ' ');
	return at == NULL ? -2 : atol(at + 1);
}

/* What browsers do before they enter a sandbox. */
static void
count(const char *when)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st[6];
	struct stat64 wide[2];

	memset(st, 0, sizeof(st));
	memset(wide, 0, sizeof(wide));
	if (fstatat(proc, "self/task/", &st[0], 0) != 0 ||
	    stat("/proc/self/task", &st[1]) != 0 ||
	    __xstat(1, "/proc/self/task//", &st[2]) != 0 ||
	    __fxstatat(1, proc, "thread-self/../../task", &st[3], 0) != 0 ||
	    stat64("/proc/self/task", &wide[0]) != 0 ||
	    fstatat64(proc, "self/task", &wide[1], 0) != 0)
		perror("stat");
	close(proc);
	printf("%s:", when);
	for (int i = 0; i < 4; i++)
		printf(" %d", (int)st[i].st_nlink - 2);
	printf(" %d %d", (int)wide[0].st_nlink - 2,
	    (int)wide[1].st_nlink - 2);
	printf(" %ld\n", count_in_stat());
	fflush(stdout);
}

static void *
stay(void *arg)
{
	pthread_barrier_t *both = arg;

	pthread_barrier_wait(both);
	pthread_barrier_wait(both);
	return NULL;
}

static void
threads(void)
{
	pthread_barrier_t both;
	pthread_t t;
	int status = 0;
	pid_t pid;

	pthread_barrier_init(&both, NULL, 2);
	for (int i = 0; i < LOOKS; i++) {
		linger();
		count("alone");
	}
	pthread_create(&t, NULL, stay, &both);
	pthread_barrier_wait(&both);
	linger();
	count("two");
	pid = fork();
	if (pid == 0) {
		linger();
		count("child");
		_exit(7);
	}
	waitpid(pid, &status, 0);
	printf("child: %d\n", WEXITSTATUS(status));
	pthread_barrier_wait(&both);
	pthread_join(t, NULL);
}

static void
tell(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		printf("%s: %s\n", path, strerror(errno));
	else
		printf("%s: %d\n", path, S_ISDIR(st.st_mode));
}

/* What stat() says of all the rest. */
static void
paths(void)
{
	struct stat st;

	tell("/");
	tell("");
	tell("task");
	tell("/proc/self/task/0/stat");
	tell("/etc/passwd/task");
	tell("/proc/self/multitask");
	errno = 0;
	printf("%d", stat((const char *)8, &st));
	printf(" %s\n", strerror(errno));
	printf("%d", stat("/proc/self/task", (struct stat *)8));
	printf(" %s\n", strerror(errno));
	printf("%d", fstatat(-1, "task", &st, 0));
	printf(" %s\n", strerror(errno));
}

/* Has the kernel copy the first bytes of each page that can be read. */
static void
read_line(const char *line, const int ends[2], long *pages)
{
	unsigned long from, to;
	char mode[5], name[8] = "", word[8];

	if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %7s", &from, &to, mode,
	    name) < 3 || mode[0] != 'r' || strncmp(name, "[v", 2) == 0)
		return;
	for (; from < to && *pages < 1 << 20; from += 4096, (*pages)++)
		if (write(ends[1], (const void *)from, 8) == 8 &&
		    read(ends[0], word, 8) != 8)
			printf("%s\n", line);
}

static void
memory(void)
{
	static char text[1 << 20];
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC), ends[2];
	long pages = 0;
	ssize_t n, all = 0;

	linger();
	while ((n = read(fd, text + all, sizeof(text) - 1 -
	    (size_t)all)) > 0)
		all += n;
	close(fd);
	if (pipe(ends) != 0)
		return;
	for (char *s = strtok(text, "\n"); s != NULL; s = strtok(NULL, "\n"))
		read_line(s, ends, &pages);
	printf("pages: %d\n", pages > 100);
}

/* Once more, with addresses that do not change. */
static void
again(void)
{
	static int here;

	if ((personality(0xffffffff) & ADDR_NO_RANDOMIZE) == 0) {
		linger();
		personality(ADDR_NO_RANDOMIZE);
		execl("/proc/self/exe", "hazard_self", "again", NULL);
	}
	linger();
	printf("%p\n", (void *)&here);
}

static const struct {
	const char *name;
	void (*run)(void);
} what[] = {
	{ "threads", threads }, { "paths", paths }, { "memory", memory },
	{ "again", again },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(what) / sizeof(what[0]); i++)
		if (strcmp(what[i].name, argv[1]) == 0) {
			what[i].run();
			return 3;
		}
	return 2;
}
