/*
 * waits_cancel - threads that are cancelled in a waiting call, and handlers
 * that jump out of one: what ran, in which order, and that both work again
 * afterwards.
 */
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_t sleeper;
static sem_t sem, ready;
static int listener, ep, quiet[2];
static pid_t child;

static void
wait_cond(void)
{
	pthread_mutex_lock(&lock);
	sem_post(&ready);
	for (;;)
		pthread_cond_wait(&cond, &lock);
}

static void
wait_cond_timed(void)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += 100;
	pthread_mutex_lock(&lock);
	sem_post(&ready);
	for (;;)
		pthread_cond_timedwait(&cond, &lock, &at);
}

static void
wait_sem(void)
{
	sem_post(&ready);
	sem_wait(&sem);
}

static void
wait_join(void)
{
	sem_post(&ready);
	pthread_join(sleeper, NULL);
}

static void
wait_sleep(void)
{
	sem_post(&ready);
	sleep(100);
}

static void
wait_nanosleep(void)
{
	sem_post(&ready);
	nanosleep(&(struct timespec){ 100, 0 }, NULL);
}

static void
wait_poll(void)
{
	struct pollfd p = { .fd = quiet[0], .events = POLLIN };

	sem_post(&ready);
	poll(&p, 1, -1);
}

static void
wait_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(quiet[0], &set);
	sem_post(&ready);
	select(quiet[0] + 1, &set, NULL, NULL, NULL);
}

static void
wait_epoll(void)
{
	struct epoll_event ev;

	sem_post(&ready);
	epoll_wait(ep, &ev, 1, -1);
}

static void
wait_accept(void)
{
	sem_post(&ready);
	accept(listener, NULL, NULL);
}

static void
wait_pause(void)
{
	sem_post(&ready);
	pause();
}

static void
wait_child(void)
{
	sem_post(&ready);
	waitpid(child, NULL, 0);
}

static void
wait_read(void)
{
	char c;

	sem_post(&ready);
	if (read(quiet[0], &c, 1) != 0)
		return;
}

static void
clean(void *arg)
{
	int mine = pthread_mutex_trylock(&lock);

	/* A cancelled condition has taken its mutex again. */
	printf(" %s, lock %s", (const char *)arg, mine == 0 ? "free" : "held");
	pthread_mutex_unlock(&lock);
}

struct way {
	const char *name;
	void (*wait)(void);
};

static void *
run(void *arg)
{
	const struct way *w = arg;

	pthread_cleanup_push(clean, (char[]){ "outer" });
	pthread_cleanup_push(clean, (char[]){ "inner" });
	w->wait();
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *
sleep_for_ever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void
cancel_each(void)
{
	static struct way ways[] = {
		{ "cond", wait_cond }, { "cond timed", wait_cond_timed },
		{ "sem", wait_sem }, { "join", wait_join },
		{ "sleep", wait_sleep }, { "nanosleep", wait_nanosleep },
		{ "poll", wait_poll }, { "select", wait_select },
		{ "epoll", wait_epoll }, { "accept", wait_accept },
		{ "pause", wait_pause }, { "child", wait_child },
		{ "read", wait_read },
	};

	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		pthread_t th;
		void *how;
		int r;

		printf("%s:", ways[i].name);
		pthread_create(&th, NULL, run, &ways[i]);
		sem_wait(&ready);
		usleep(2000);
		r = pthread_cancel(th);
		pthread_join(th, &how);
		printf(" %d %s\n", r,
		    how == PTHREAD_CANCELED ? "cancelled" : "no");
	}
}

static sigjmp_buf out;

static void
jump(int sig)
{
	siglongjmp(out, sig);
}

static void
alarm_soon(void)
{
	setitimer(ITIMER_REAL, &(struct itimerval){
	    .it_value = { 0, 3000 } }, NULL);
}

/* Out of a call by the handler, many times, from different depths. */
static void *
jump_out(void *arg)
{
	static _Thread_local volatile int jumps;
	static struct way ways[] = {
		{ "sleep", wait_sleep }, { "nanosleep", wait_nanosleep },
		{ "poll", wait_poll }, { "select", wait_select },
		{ "epoll", wait_epoll }, { "pause", wait_pause },
	};
	static volatile unsigned i;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	for (i = 0; i < 12; i++) {
		if (sigsetjmp(out, 1) != 0) {
			jumps++;
			continue;
		}
		alarm_soon();
		ways[i % 6].wait();
	}
	printf("jumps: %d\n", jumps);
	sem_post(&ready);
	run(&ways[5]);
	return arg;
}

static void
jump_then_cancel(void)
{
	pthread_t th;
	void *how;

	signal(SIGALRM, jump);
	pthread_create(&th, NULL, jump_out, NULL);
	for (int i = 0; i < 14; i++)
		sem_wait(&ready);
	usleep(5000);
	pthread_cancel(th);
	pthread_join(th, &how);
	printf(" %s\n", how == PTHREAD_CANCELED ? "cancelled" : "no");
}

static void *
spin_async(void *arg)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	sem_post(&ready);
	for (volatile unsigned long n = 0;; n++)
		;
	return arg;
}

static void *
lock_is_no_point(void *arg)
{
	(void)arg;
	pthread_cancel(pthread_self());
	pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
	printf("a mutex is no cancellation point\n");
	pthread_testcancel();
	return NULL;
}

int
main(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	sigset_t set;
	pthread_t th;
	void *how;

	/* In one thread alone, later: a handler may only jump in its own. */
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);

	sem_init(&sem, 0, 0);
	sem_init(&ready, 0, 0);
	ep = epoll_create1(0);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(listener, (struct sockaddr *)&sa, sizeof(sa.sun_family));
	listen(listener, 1);
	if (pipe(quiet) != 0)
		return 1;
	child = fork();
	if (child == 0) {
		for (;;)
			pause();
	}
	pthread_create(&sleeper, NULL, sleep_for_ever, NULL);
	cancel_each();
	jump_then_cancel();
	pthread_create(&th, NULL, spin_async, NULL);
	sem_wait(&ready);
	pthread_cancel(th);
	pthread_join(th, &how);
	printf("async: %d\n", how == PTHREAD_CANCELED);
	pthread_create(&th, NULL, lock_is_no_point, NULL);
	pthread_join(th, &how);
	printf("%d\n", how == PTHREAD_CANCELED);
	fflush(stdout);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}
