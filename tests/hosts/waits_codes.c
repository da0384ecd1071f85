/*
 * waits_codes - every waiting call, with every answer that it can give without
 * waiting long: results and errno are printed, and must be the same with us.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define SAY(call) do {							\
	errno = 0;							\
	long r_ = (long)(call);						\
	int e_ = errno;							\
	printf("%s = %ld errno %d\n", #call, r_, e_);			\
} while (0)

static struct timespec past, soon, soon_mono, bad = { 0, 2000000000 };
static const struct timespec tiny = { 0, 1000 };
static void *volatile nowhere = (void *)8;

static void
set_times(void)
{
	clock_gettime(CLOCK_REALTIME, &soon);
	past = soon;
	past.tv_sec -= 10;
	soon.tv_nsec += 5000000;
	if (soon.tv_nsec >= 1000000000) {
		soon.tv_sec++;
		soon.tv_nsec -= 1000000000;
	}
	clock_gettime(CLOCK_MONOTONIC, &soon_mono);
	soon_mono.tv_nsec += 5000000;
	if (soon_mono.tv_nsec >= 1000000000) {
		soon_mono.tv_sec++;
		soon_mono.tv_nsec -= 1000000000;
	}
}

static void
make_mutex(pthread_mutex_t *m, int type, int robust, int protocol)
{
	pthread_mutexattr_t a;

	pthread_mutexattr_init(&a);
	pthread_mutexattr_settype(&a, type);
	pthread_mutexattr_setrobust(&a, robust);
	pthread_mutexattr_setprotocol(&a, protocol);
	pthread_mutex_init(m, &a);
	pthread_mutexattr_destroy(&a);
}

static void *
lock_and_die(void *m)
{
	pthread_mutex_lock(m);
	return NULL;
}

static void *
try_all(void *arg)
{
	pthread_mutex_t *m = arg;

	set_times();
	SAY(pthread_mutex_timedlock(m, &past));
	SAY(pthread_mutex_timedlock(m, &soon));
	SAY(pthread_mutex_timedlock(m, &bad));
	set_times();
	SAY(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &soon_mono));
	SAY(pthread_mutex_clocklock(m, CLOCK_PROCESS_CPUTIME_ID, &soon));
	SAY(pthread_mutex_trylock(m));
	SAY(mtx_trylock((mtx_t *)(void *)m) == thrd_busy);
	return NULL;
}

static void
one_mutex(const char *name, int type, int robust, int protocol)
{
	pthread_mutex_t m;
	pthread_t th;

	printf("mutex %s\n", name);
	make_mutex(&m, type, robust, protocol);
	SAY(pthread_mutex_lock(&m));
	if (type != PTHREAD_MUTEX_NORMAL && type != PTHREAD_MUTEX_ADAPTIVE_NP)
		SAY(pthread_mutex_lock(&m));
	pthread_create(&th, NULL, try_all, &m);
	pthread_join(th, NULL);
	SAY(pthread_mutex_unlock(&m));
	if (type == PTHREAD_MUTEX_RECURSIVE)
		SAY(pthread_mutex_unlock(&m));
	SAY(pthread_mutex_timedlock(&m, &bad));
	SAY(pthread_mutex_trylock(&m));
	SAY(pthread_mutex_unlock(&m));
	if (type == PTHREAD_MUTEX_RECURSIVE)
		SAY(pthread_mutex_unlock(&m));
	SAY(pthread_mutex_trylock(&m));
	SAY(pthread_mutex_unlock(&m));
	if (robust == PTHREAD_MUTEX_ROBUST) {
		pthread_create(&th, NULL, lock_and_die, &m);
		pthread_join(th, NULL);
		SAY(pthread_mutex_lock(&m));
		SAY(pthread_mutex_consistent(&m));
		SAY(pthread_mutex_unlock(&m));
		pthread_create(&th, NULL, lock_and_die, &m);
		pthread_join(th, NULL);
		SAY(pthread_mutex_trylock(&m));	/* its owner died */
		SAY(pthread_mutex_consistent(&m));
		SAY(pthread_mutex_unlock(&m));
		pthread_create(&th, NULL, lock_and_die, &m);
		pthread_join(th, NULL);
		SAY(pthread_mutex_lock(&m));
		SAY(pthread_mutex_unlock(&m));
		SAY(pthread_mutex_lock(&m));
	}
	SAY(pthread_mutex_destroy(&m));
}

static void
mutexes(void)
{
	static const struct {
		const char *name;
		int type;
	} kind[] = {
		{ "normal", PTHREAD_MUTEX_NORMAL },
		{ "recursive", PTHREAD_MUTEX_RECURSIVE },
		{ "errorcheck", PTHREAD_MUTEX_ERRORCHECK },
		{ "adaptive", PTHREAD_MUTEX_ADAPTIVE_NP },
	};

	for (unsigned i = 0; i < 4; i++) {
		one_mutex(kind[i].name, kind[i].type, PTHREAD_MUTEX_STALLED,
		    PTHREAD_PRIO_NONE);
		if (i == 3)
			continue;
		one_mutex(kind[i].name, kind[i].type, PTHREAD_MUTEX_ROBUST,
		    PTHREAD_PRIO_NONE);
		one_mutex(kind[i].name, kind[i].type, PTHREAD_MUTEX_STALLED,
		    PTHREAD_PRIO_INHERIT);
		one_mutex(kind[i].name, kind[i].type, PTHREAD_MUTEX_ROBUST,
		    PTHREAD_PRIO_INHERIT);
	}
}

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;

static void *
try_rwlock(void *arg)
{
	set_times();
	SAY(pthread_rwlock_timedrdlock(&rw, &past));
	SAY(pthread_rwlock_timedwrlock(&rw, &soon));
	set_times();
	SAY(pthread_rwlock_clockrdlock(&rw, CLOCK_MONOTONIC, &soon_mono));
	set_times();
	SAY(pthread_rwlock_clockwrlock(&rw, CLOCK_MONOTONIC, &soon_mono));
	SAY(pthread_rwlock_clockwrlock(&rw, CLOCK_TAI, &soon));
	return arg;
}

static void
rwlocks(void)
{
	pthread_t th;

	SAY(pthread_rwlock_wrlock(&rw));
	SAY(pthread_rwlock_wrlock(&rw));
	SAY(pthread_rwlock_rdlock(&rw));
	pthread_create(&th, NULL, try_rwlock, NULL);
	pthread_join(th, NULL);
	SAY(pthread_rwlock_unlock(&rw));
	SAY(pthread_rwlock_timedrdlock(&rw, &bad));
	SAY(pthread_rwlock_timedwrlock(&rw, &bad));
	SAY(pthread_rwlock_rdlock(&rw));
	SAY(pthread_rwlock_rdlock(&rw));
	SAY(pthread_rwlock_unlock(&rw));
	SAY(pthread_rwlock_unlock(&rw));
}

static void
conditions(void)
{
	pthread_cond_t c = PTHREAD_COND_INITIALIZER;
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	cnd_t cc;
	mtx_t cm;

	pthread_mutex_lock(&m);
	set_times();
	SAY(pthread_cond_timedwait(&c, &m, &past));
	SAY(pthread_cond_timedwait(&c, &m, &soon));
	SAY(pthread_cond_timedwait(&c, &m, &bad));
	set_times();
	SAY(pthread_cond_clockwait(&c, &m, CLOCK_MONOTONIC, &soon_mono));
	SAY(pthread_cond_clockwait(&c, &m, CLOCK_BOOTTIME, &soon));
	SAY(pthread_mutex_unlock(&m));
	cnd_init(&cc);
	mtx_init(&cm, mtx_timed);
	SAY(mtx_lock(&cm) == thrd_success);
	set_times();
	SAY(cnd_timedwait(&cc, &cm, &soon) == thrd_timedout);
	SAY(mtx_timedlock(&cm, &past) == thrd_timedout);
	SAY(mtx_unlock(&cm) == thrd_success);
	SAY(thrd_sleep(&tiny, NULL));
	thrd_yield();
}

static void
semaphores(void)
{
	pthread_barrier_t b;
	pthread_spinlock_t spin;
	sem_t s;

	sem_init(&s, 0, 2);
	SAY(sem_trywait(&s));
	SAY(sem_wait(&s));
	SAY(sem_trywait(&s));
	set_times();
	SAY(sem_timedwait(&s, &past));
	SAY(sem_timedwait(&s, &soon));
	SAY(sem_timedwait(&s, &bad));
	set_times();
	SAY(sem_clockwait(&s, CLOCK_MONOTONIC, &soon_mono));
	SAY(sem_clockwait(&s, CLOCK_BOOTTIME, &soon));
	pthread_barrier_init(&b, NULL, 1);
	SAY(pthread_barrier_wait(&b) == PTHREAD_BARRIER_SERIAL_THREAD);
	pthread_spin_init(&spin, 0);
	SAY(pthread_spin_lock(&spin));
	SAY(pthread_spin_unlock(&spin));
	SAY(sched_yield());
}

static void *
sleep_a_while(void *arg)
{
	usleep(30000);
	return arg;
}

static void
joins(void)
{
	pthread_t th;

	SAY(pthread_join(pthread_self(), NULL));
	pthread_create(&th, NULL, sleep_a_while, NULL);
	set_times();
	SAY(pthread_timedjoin_np(th, NULL, &past));
	SAY(pthread_clockjoin_np(th, NULL, CLOCK_BOOTTIME, &soon));
	SAY(pthread_join(th, NULL));
}

static void
ignore(int sig)
{
	(void)sig;
}

/* Interrupts the calls that follow, each once, 10 ms after it began. */
static void
alarm_soon(void)
{
	struct itimerval it = { .it_value = { 0, 10000 } };

	setitimer(ITIMER_REAL, &it, NULL);
}

static void
interrupted(void)
{
	struct sigaction sa = { .sa_handler = ignore };
	struct timespec second = { 1, 0 }, left = { 0, 0 };
	struct epoll_event ev;
	struct pollfd p = { .fd = -1 };
	sigset_t none;
	sem_t s;
	int ep = epoll_create1(0);

	sigaction(SIGALRM, &sa, NULL);
	sem_init(&s, 0, 0);
	sigemptyset(&none);
	alarm_soon();
	SAY(nanosleep(&second, &left));
	alarm_soon();
	SAY(clock_nanosleep(CLOCK_MONOTONIC, 0, &second, &left));
	alarm_soon();
	SAY(usleep(500000));
	alarm_soon();
	SAY(sleep(1));
	alarm_soon();
	SAY(poll(&p, 1, 1000));
	alarm_soon();
	SAY(ppoll(&p, 1, &second, &none));
	alarm_soon();
	SAY(select(0, NULL, NULL, NULL, &(struct timeval){ 1, 0 }));
	alarm_soon();
	SAY(pselect(0, NULL, NULL, NULL, &second, &none));
	alarm_soon();
	SAY(epoll_wait(ep, &ev, 1, 1000));
	alarm_soon();
	SAY(epoll_pwait(ep, &ev, 1, 1000, &none));
	alarm_soon();
	SAY(epoll_pwait2(ep, &ev, 1, &second, &none));
	alarm_soon();
	SAY(sem_wait(&s));
	alarm_soon();
	SAY(pause());
	alarm_soon();
	SAY(sigsuspend(&none));
	close(ep);
}

static void
descriptors(void)
{
	struct epoll_event ev;
	struct pollfd p = { .fd = 99, .events = POLLIN };
	int pair[2], ep = epoll_create1(0), sock;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return;
	SAY(poll(&p, 1, 0));
	SAY(poll(nowhere, 1, 0));
	SAY(poll(nowhere, 1, 10));
	SAY(ppoll(&p, 1, &bad, NULL));
	SAY(select(-1, NULL, NULL, NULL, NULL));
	SAY(epoll_wait(-1, &ev, 1, 10));
	SAY(epoll_wait(ep, &ev, 0, 10));
	SAY(epoll_wait(ep, &ev, 1, 0));
	SAY(epoll_wait(ep, &ev, 1, 5));
	sock = socket(AF_UNIX, SOCK_STREAM, 0);
	SAY(accept(sock, NULL, NULL));
	SAY(accept4(-1, NULL, NULL, 0));
	SAY(nanosleep(&bad, NULL));
	SAY(nanosleep(nowhere, NULL));
	SAY(clock_nanosleep(99, 0, &tiny, NULL));
	close(pair[0]);
	close(pair[1]);
	close(ep);
	close(sock);
}

static void
children(void)
{
	const struct timespec none = { 0, 0 };
	siginfo_t info;
	sigset_t set;
	int status, sig;
	pid_t pid;

	signal(SIGCHLD, SIG_DFL);
	SAY(wait(&status));
	SAY(waitpid(-1, &status, WNOHANG));
	pid = fork();
	if (pid == 0)
		_exit(3);
	SAY(waitpid(pid, &status, 0) == pid);
	SAY(WEXITSTATUS(status));
	pid = fork();
	if (pid == 0)
		_exit(4);
	SAY(waitid(P_PID, (id_t)pid, &info, WEXITED));
	SAY(info.si_status);
	pid = fork();
	if (pid == 0)
		_exit(5);
	SAY(wait4(pid, &status, 0, NULL) == pid);
	SAY(wait3(&status, WNOHANG, NULL));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	SAY(sigtimedwait(&set, &info, &none));
	raise(SIGUSR1);
	SAY(sigwait(&set, &sig));
	SAY(sig == SIGUSR1);
	raise(SIGUSR1);
	SAY(sigwaitinfo(&set, &info) == SIGUSR1);
}

static void
raw_calls(void)
{
	uint32_t word = 1;
	char text[8] = "";
	int pipe_fd[2];

	SAY(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0));
	SAY(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, &tiny, NULL, 0));
	SAY(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
	SAY(syscall(-1));
	SAY(syscall(SYS_getpid) == getpid());
	if (pipe(pipe_fd) != 0)
		return;
	/* Six arguments, the last from the stack. */
	SAY(syscall(SYS_pwrite64, pipe_fd[1], "x", 1, 0L));
	SAY(write(pipe_fd[1], "abcdef", 6));
	SAY(syscall(SYS_splice, pipe_fd[0], NULL, pipe_fd[0], NULL, 1L, 0L));
	SAY(syscall(SYS_mmap, 0L, 4096L, 3L, 0x22L, -1L, 4096L) != -1);
	SAY(syscall(SYS_mmap, 0L, 4096L, 3L, 0x02L, -1L, 1L));
	SAY(syscall(SYS_read, pipe_fd[0], text, 7));
	printf("%s\n", text);
}

/* A key that nobody has made is no key, and the first one has its number. */
static void
keys(void)
{
	pthread_key_t key[3] = { 99, 99, 99 };

	for (pthread_key_t k = 0; k < 4; k++)
		SAY(pthread_setspecific(k, "") == EINVAL);
	for (unsigned i = 0; i < 3; i++)
		SAY(pthread_key_create(&key[i], NULL));
	printf("keys %u %u %u\n", key[0], key[1], key[2]);
	for (unsigned i = 0; i < 3; i++)
		SAY(pthread_key_delete(key[i]));
	SAY(pthread_key_delete(key[0]) == EINVAL);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	keys();
	mutexes();
	rwlocks();
	conditions();
	semaphores();
	joins();
	interrupted();
	descriptors();
	fflush(stdout);
	children();
	raw_calls();
	return 0;
}
