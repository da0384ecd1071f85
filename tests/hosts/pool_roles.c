/*
 * pool_roles - workers whose wait for work is not the one at which most of
 * them are seen, or is like one of a task's.
 *
 *	pool_roles leader|leader_far|leader_accept|leader_poll|blocks|same|
 *		joins|timers|once|parked
 *
 * leader	One of the workers reads the next task from a pipe, for all; the
 *		others wait for their turn at a condition.  It wakes the next
 *		one before it works.  There is always one to spare.
 * leader_far	The others wait far deeper in their stacks.
 * leader_accept	The same in accept(),
 * leader_poll	or poll() of several descriptors.
 * blocks	Each worker waits for work at a condition of its own.  Two have
 *		a task that waits at another one of its own for good,
 * same		or one for a thread's end, the other at the same one in another
 *		function,
 * joins	or both for a thread's end.
 * timers	Workers wait for the next of some times, at which one of them
 *		has something to do, and will have again.
 * once		The same, and the times come from somebody else, one by one.
 * parked	Workers look for work all the time, and then rest at a mutex of
 *		their own, which somebody keeps for a while.
 *
 * Says "ready" when it is so, and then, for each line of its standard input,
 * how many tasks were done; ends with that.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 4, AT_WORK = WORKERS - 1, TASK_NS = 3000000,
	TIMERS = 6, AGAIN_NS = 20000000, BEFORE = 200, FAR = 2000, ROUNDS = 20,
	PARKED_NS = 130000000, NS_PER_S = 1000000000 };

static uint64_t tasks;

static void
nap(long ns)
{
	nanosleep(&(struct timespec){ .tv_nsec = ns }, NULL);
}

static void
begin(void *(*routine)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, routine, arg) != 0)
		abort();
	pthread_detach(thread);
}

/* Of leaders. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static bool some_leads, far_away;
static int source[2];
static struct sockaddr_in address;
static unsigned given;

static void
work(void)
{
	nap(TASK_NS);
	__atomic_fetch_add(&tasks, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&given, 1, __ATOMIC_RELEASE);
}

static __attribute__((noinline)) void
get_turn_far(void)
{
	volatile char far[FAR];

	far[0] = 1;
	pthread_mutex_lock(&lock);
	while (some_leads)
		pthread_cond_wait(&turn, &lock);
	some_leads = far[0] != 0;
	pthread_mutex_unlock(&lock);
}

static void
get_turn(void)
{
	if (far_away) {
		get_turn_far();
		return;
	}
	pthread_mutex_lock(&lock);
	while (some_leads)
		pthread_cond_wait(&turn, &lock);
	some_leads = true;
	pthread_mutex_unlock(&lock);
}

static void
pass_turn(void)
{
	pthread_mutex_lock(&lock);
	some_leads = false;
	pthread_cond_signal(&turn);
	pthread_mutex_unlock(&lock);
}

/* Not static: they are what the pools are named after. */
void *leader_reads(void *arg);
void *
leader_reads(void *arg)
{
	char byte;

	for (;;) {
		get_turn();
		if (read(source[0], &byte, 1) != 1)
			abort();
		pass_turn();
		work();
	}
	return arg;
}

void *leader_accepts(void *arg);
void *
leader_accepts(void *arg)
{
	for (;;) {
		int fd;

		get_turn();
		fd = accept(source[0], NULL, NULL);
		if (fd < 0)
			abort();
		pass_turn();
		work();
		close(fd);
	}
	return arg;
}

void *leader_polls(void *arg);
void *
leader_polls(void *arg)
{
	char byte;

	for (;;) {
		struct pollfd p[2] = {
			{ .fd = source[0], .events = POLLIN },
			{ .fd = 0, .events = 0 },
		};

		get_turn();
		if (poll(p, 2, -1) < 0 || read(source[0], &byte, 1) != 1)
			abort();
		pass_turn();
		work();
	}
	return arg;
}

static void
listen_there(void)
{
	socklen_t length = sizeof(address);

	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	source[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(source[0], (struct sockaddr *)&address, length) != 0 ||
	    listen(source[0], 64) != 0 ||
	    getsockname(source[0], (struct sockaddr *)&address, &length) != 0)
		abort();
}

static void
give_one(void)
{
	int fd;

	if (address.sin_port == 0) {
		if (write(source[1], "", 1) != 1)
			abort();
		return;
	}
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		abort();
	close(fd);
}

/* Never more than some of the workers have something to do. */
static void *
give(void *arg)
{
	for (;;) {
		while (__atomic_load_n(&given, __ATOMIC_ACQUIRE) >= AT_WORK)
			nap(100000);
		__atomic_fetch_add(&given, 1, __ATOMIC_RELAXED);
		give_one();
		nap(TASK_NS / 3);
	}
	return arg;
}

static bool
start_leaders(const char *role)
{
	void *(*routine)(void *) = leader_reads;

	if (strncmp(role, "leader", 6) != 0)
		return false;
	far_away = strcmp(role, "leader_far") == 0;
	if (strcmp(role, "leader_accept") == 0) {
		listen_there();
		routine = leader_accepts;
	} else if (pipe(source) != 0) {
		abort();
	} else if (strcmp(role, "leader_poll") == 0) {
		routine = leader_polls;
	}
	for (int i = 0; i < WORKERS; i++)
		begin(routine, NULL);
	begin(give, NULL);
	return true;
}

/* Of those that wait at conditions of their own. */
static struct own {
	pthread_mutex_t mutex;
	pthread_cond_t work, answer;
	unsigned given, done;
	bool last;		/* what is given next has no end */
} own[WORKERS];

static enum { BLOCKS, SAME, JOINS } blocks;

static void *
nothing(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static __attribute__((noinline)) void
wait_for_answer(struct own *me)
{
	volatile char far[BEFORE];

	far[0] = 1;
	pthread_mutex_lock(&me->mutex);
	while (far[0] != 0)
		pthread_cond_wait(blocks == SAME ? &me->work : &me->answer,
		    &me->mutex);
	pthread_mutex_unlock(&me->mutex);
}

static __attribute__((noinline)) void
do_last(struct own *me)
{
	pthread_t thread;

	if (blocks == BLOCKS || (blocks == SAME && me != &own[0])) {
		wait_for_answer(me);
	} else {
		if (pthread_create(&thread, NULL, nothing, NULL) != 0)
			abort();
		pthread_join(thread, NULL);
	}
}

void *own_worker(void *arg);
void *
own_worker(void *arg)
{
	struct own *me = arg;
	bool last;

	for (;;) {
		pthread_mutex_lock(&me->mutex);
		while (me->given == me->done)
			pthread_cond_wait(&me->work, &me->mutex);
		last = me->last;
		pthread_mutex_unlock(&me->mutex);
		if (last)
			do_last(me);
		nap(TASK_NS / 10);
		__atomic_fetch_add(&me->done, 1, __ATOMIC_RELEASE);
		__atomic_fetch_add(&tasks, 1, __ATOMIC_RELAXED);
	}
	return arg;
}

static void
give_own(struct own *o, bool last)
{
	pthread_mutex_lock(&o->mutex);
	o->given++;
	o->last = last;
	pthread_cond_signal(&o->work);
	pthread_mutex_unlock(&o->mutex);
}

static bool
start_own(const char *role)
{
	if (strcmp(role, "same") == 0)
		blocks = SAME;
	else if (strcmp(role, "joins") == 0)
		blocks = JOINS;
	else if (strcmp(role, "blocks") != 0)
		return false;
	for (int i = 0; i < WORKERS; i++) {
		pthread_mutex_init(&own[i].mutex, NULL);
		pthread_cond_init(&own[i].work, NULL);
		pthread_cond_init(&own[i].answer, NULL);
		begin(own_worker, &own[i]);
	}
	for (int i = 0; i < ROUNDS * WORKERS; i++) {
		struct own *o = &own[i % WORKERS];

		give_own(o, false);
		while (__atomic_load_n(&o->done, __ATOMIC_ACQUIRE) != o->given)
			nap(100000);
	}
	for (int i = 0; i < WORKERS / 2; i++)
		give_own(&own[i], true);
	return true;
}

/* Of timers. */
static struct timespec next[TIMERS];
static bool once;

static bool
is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec :
	    a->tv_nsec < b->tv_nsec;
}

static void
set_again(struct timespec *t)
{
	clock_gettime(CLOCK_REALTIME, t);
	t->tv_nsec += AGAIN_NS;
	t->tv_sec += t->tv_nsec / NS_PER_S;
	t->tv_nsec %= NS_PER_S;
}

static struct timespec *
first_timer(void)
{
	struct timespec *first = &next[0];

	for (int i = 1; i < TIMERS; i++)
		if (is_before(&next[i], first))
			first = &next[i];
	return first;
}

static __attribute__((noinline)) void
set_timer(struct timespec *t)
{
	pthread_mutex_lock(&lock);
	set_again(t);
	pthread_cond_signal(&turn);
	pthread_mutex_unlock(&lock);
}

/* Whose time it is takes that out, and puts it in again when it is done. */
void *timer_worker(void *arg);
void *
timer_worker(void *arg)
{
	pthread_mutex_lock(&lock);
	for (;;) {
		struct timespec *first = first_timer(), now, at = *first;

		clock_gettime(CLOCK_REALTIME, &now);
		if (is_before(&now, &at)) {
			pthread_cond_timedwait(&turn, &lock, &at);
			continue;
		}
		first->tv_sec += 1000;
		pthread_mutex_unlock(&lock);
		nap(TASK_NS / 10);
		__atomic_fetch_add(&tasks, 1, __ATOMIC_RELAXED);
		if (!once)
			set_timer(first);
		pthread_mutex_lock(&lock);
	}
	return arg;
}

/* Sets the timer that is not set. */
static void *
set_timers(void *arg)
{
	for (int i = 0;; i = (i + 1) % TIMERS) {
		nap(AGAIN_NS / TIMERS * 2);
		set_timer(&next[i]);
	}
	return arg;
}

static bool
start_timers(const char *role)
{
	once = strcmp(role, "once") == 0;
	if (!once && strcmp(role, "timers") != 0)
		return false;
	for (int i = 0; i < TIMERS; i++) {
		set_again(&next[i]);
		next[i].tv_sec += once ? 1000 : 0;
	}
	if (once)
		begin(set_timers, NULL);
	for (int i = 0; i < WORKERS; i++)
		begin(timer_worker, NULL);
	return true;
}

static bool parked;

void *spin_worker(void *arg);
void *
spin_worker(void *arg)
{
	struct own *me = arg;

	for (;;) {
		while (!__atomic_load_n(&parked, __ATOMIC_ACQUIRE))
			__atomic_fetch_add(&tasks, 1, __ATOMIC_RELAXED);
		pthread_mutex_lock(&me->mutex);
		pthread_mutex_unlock(&me->mutex);
	}
	return arg;
}

static void *
park(void *arg)
{
	for (;;) {
		for (int i = 0; i < WORKERS; i++)
			pthread_mutex_lock(&own[i].mutex);
		__atomic_store_n(&parked, true, __ATOMIC_RELEASE);
		nap(PARKED_NS);
		__atomic_store_n(&parked, false, __ATOMIC_RELEASE);
		for (int i = 0; i < WORKERS; i++)
			pthread_mutex_unlock(&own[i].mutex);
		nap(TASK_NS);
	}
	return arg;
}

static bool
start_parked(const char *role)
{
	if (strcmp(role, "parked") != 0)
		return false;
	for (int i = 0; i < WORKERS; i++) {
		pthread_mutex_init(&own[i].mutex, NULL);
		begin(spin_worker, &own[i]);
	}
	begin(park, NULL);
	return true;
}

int
main(int argc, char **argv)
{
	char line[16];

	if (argc != 2 || (!start_leaders(argv[1]) && !start_own(argv[1]) &&
	    !start_timers(argv[1]) && !start_parked(argv[1])))
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	while (fgets(line, sizeof(line), stdin) != NULL)
		printf("%llu\n", (unsigned long long)
		    __atomic_load_n(&tasks, __ATOMIC_RELAXED));
	return 0;
}
