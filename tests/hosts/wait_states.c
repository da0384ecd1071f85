/*
 * wait_states - one thread in each kind of wait, named after it, for as long
 * as standard input stays open.  "spin" as an argument adds threads that spin,
 * yield and compute.  When all are there, prints the number of threads that
 * the kernel counts.
 */
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mine = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier, two;
static pthread_spinlock_t spin;
static pthread_t first;
static int word, quiet[2], listener;
static sem_t sem;
static pid_t child;

static void
in_cond(void)
{
	pthread_mutex_lock(&mine);
	for (;;)
		pthread_cond_wait(&cond, &mine);
}

static void
in_mutex(void)
{
	pthread_mutex_lock(&held);
}

static void
in_rwlock(void)
{
	pthread_rwlock_rdlock(&rw);
}

static void
in_sem(void)
{
	sem_wait(&sem);
}

static void
in_barrier(void)
{
	pthread_barrier_wait(&two);
}

static void
in_join(void)
{
	pthread_join(first, NULL);
}

static void
in_sleep(void)
{
	nanosleep(&(struct timespec){ 1000, 0 }, NULL);
}

static void
in_poll(void)
{
	struct pollfd p = { .fd = quiet[0], .events = POLLIN };

	poll(&p, 1, -1);
}

static void
in_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(quiet[0], &set);
	select(quiet[0] + 1, &set, NULL, NULL, NULL);
}

static void
in_epoll(void)
{
	struct epoll_event ev;

	epoll_wait(epoll_create1(0), &ev, 1, -1);
}

static void
in_futex(void)
{
	syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void
in_read(void)
{
	char c;

	if (read(quiet[0], &c, 1) != 1)
		return;
}

static void
in_accept(void)
{
	accept(listener, NULL, NULL);
}

static void
in_child(void)
{
	waitpid(child, NULL, 0);
}

static void
in_signal(void)
{
	pause();
}

static void
in_spin(void)
{
	pthread_spin_lock(&spin);
}

static void
in_yield(void)
{
	for (;;)
		sched_yield();
}

static void
in_compute(void)
{
	for (volatile unsigned long n = 0;; n++)
		;
}

struct state {
	const char *name;
	void (*stay)(void);
};

static void *
stay(void *arg)
{
	const struct state *s = arg;

	pthread_setname_np(pthread_self(), s->name);
	pthread_barrier_wait(&barrier);
	s->stay();
	return NULL;
}

static int
count_threads(void)
{
	char line[256];
	int n = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		sscanf(line, "Threads: %d", &n);
	if (f != NULL)
		fclose(f);
	return n;
}

static void
prepare(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	pthread_mutex_lock(&held);
	pthread_rwlock_wrlock(&rw);
	pthread_spin_init(&spin, 0);
	pthread_spin_lock(&spin);
	pthread_barrier_init(&two, NULL, 2);
	sem_init(&sem, 0, 0);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(listener, (struct sockaddr *)&sa, sizeof(sa.sun_family));
	listen(listener, 1);
	if (pipe(quiet) != 0)
		_exit(1);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
}

int
main(int argc, char **argv)
{
	static struct state states[] = {
		{ "cond", in_cond }, { "mutex", in_mutex },
		{ "rwlock", in_rwlock }, { "sem", in_sem },
		{ "barrier", in_barrier }, { "join", in_join },
		{ "sleep", in_sleep }, { "poll", in_poll },
		{ "select", in_select }, { "epoll", in_epoll },
		{ "futex", in_futex }, { "read", in_read },
		{ "accept", in_accept }, { "child", in_child },
		{ "signal", in_signal }, { "spin", in_spin },
		{ "yield", in_yield }, { "compute", in_compute },
	};
	int n = argc > 1 && strcmp(argv[1], "spin") == 0 ? 18 : 15;
	char c;

	prepare();
	pthread_barrier_init(&barrier, NULL, (unsigned)n + 1);
	for (int i = 0; i < n; i++) {
		pthread_t th;

		pthread_create(&th, NULL, stay, &states[i]);
		if (i == 0)
			first = th;
	}
	pthread_barrier_wait(&barrier);
	printf("%d\n", count_threads());
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	kill(child, SIGKILL);
	_exit(0);
}
