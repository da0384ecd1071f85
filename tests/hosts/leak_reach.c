/*
 * leak_reach - blocks that something still points to at exit, and blocks that
 * nothing does.
 *
 *	leak_reach KIND
 *
 * What each kind leaves is in tests/preload/reach.test.  The functions that
 * allocate are named keep_... and lose_...
 */
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tests/hosts/leak_take.h"

struct link {
	struct link *next;
	char room[40];
};

static struct link *list;
static void *volatile word;
static void **mapped;
static __thread void *volatile own;
static pthread_key_t key;

static NOINLINE void
keep_list(void)
{
	for (int i = 0; i < 1000; i++) {
		struct link *l = take(sizeof(*l));

		l->next = list;
		list = l;
	}
}

static NOINLINE void
lose_list(void)
{
	keep_list();
	list = NULL;
}

static NOINLINE void
lose_cycle(void)
{
	struct link *a = take(sizeof(*a)), *b = take(sizeof(*b));

	a->next = b;
	b->next = a;
}

/* A head that holds a list, whose nodes hold text. */
static NOINLINE void
lose_held(void)
{
	struct link **head = take(sizeof(*head));

	for (int i = 0; i < 10; i++) {
		struct link *l = take(sizeof(*l));

		l->next = *head;
		memcpy(l->room, &(char *){ take(100) }, sizeof(char *));
		*head = l;
	}
}

/* Neighbours point to each other; the last keeps what is reachable, too. */
static NOINLINE void
lose_double(void)
{
	struct link *l[5];

	for (int i = 0; i < 5; i++)
		l[i] = take(sizeof(*l[i]));
	for (int i = 0; i < 4; i++) {
		l[i]->next = l[i + 1];
		memcpy(l[i + 1]->room, &l[i], sizeof(l[i]));
	}
	word = l[4]->next = take(70);
}

/* Two lost blocks hold a third, which holds the first. */
static NOINLINE void
lose_knot(void)
{
	void **a = take(30), **b = take(40), **c = take(50), **d = take(60);

	a[0] = b[0] = c;
	c[0] = a;
	c[1] = d;
}

static NOINLINE void
keep_inside(void)
{
	word = (char *)take(5000) + 4999;
}

static NOINLINE void
lose_beyond(void)
{
	word = (char *)take(64) + 64;
}

static NOINLINE void
keep_large(void)
{
	char **table = take((100 << 20) + 3);	/* and half a word */
	size_t words = (100 << 20) / sizeof(*table);

	/* Between them no page is touched. */
	table[0] = take(77);
	table[words / 2] = take(77);
	table[words - 1] = take(77);
	word = table;
}

static NOINLINE void
keep_mapped(void)
{
	mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mapped[70000] = take(300);
}

static NOINLINE void
lose_mapped(void)
{
	keep_mapped();
	munmap(mapped, 1 << 20);
}

static NOINLINE void
keep_aside(void)
{
	void **holder = take(1 << 20);

	/* Behind the page, wherever in its own the block begins. */
	holder[2000] = take(41);
	word = holder;
	mprotect((void *)(((unsigned long)holder + 4095) & ~4095ul), 4096,
	    PROT_NONE);
}

static NOINLINE void
keep_own(void)
{
	own = take(55);
	pthread_setspecific(key, take(56));
}

static NOINLINE void *
lose_thread(void *arg)
{
	char *local = take(444);

	own = take(333);
	word = local;
	word = NULL;
	return arg != NULL ? take(555) : NULL;
}

static NOINLINE void
run_thread(void)
{
	for (int i = 0; i < 3; i++) {
		pthread_t t;

		pthread_create(&t, NULL, lose_thread, take(111));
		pthread_join(t, NULL);
	}
}

static void *volatile seen;

static NOINLINE void *
wait_for_ever(void *arg)
{
	void *volatile local = take(222);

	seen = local;
	while (arg == NULL)
		pause();
	return NULL;
}

static NOINLINE void
keep_beside(void)
{
	pthread_t t;

	pthread_create(&t, NULL, wait_for_ever, NULL);
	while (seen == NULL)
		usleep(1000);
	seen = NULL;
}

static NOINLINE void
lose_local(void)
{
	void *volatile local = take(1234);

	(void)local;
}

static NOINLINE void
keep_local(void)
{
	void *volatile local = take(1234);

	__asm__ volatile("" :: "r"(local));
	exit(0);
}

static NOINLINE void
keep_register(void)
{
	register void *local __asm__("rbx") = take(1234);

	__asm__ volatile("" : "+r"(local));
	_exit(local == NULL);
}

/* Each register that a function must not change, and nothing else. */
static NOINLINE void
keep_registers(void)
{
	register void *a __asm__("rbx") = take(100);
	register void *b __asm__("r12") = take(200);
	register void *c __asm__("r13") = take(300);
	register void *d __asm__("r14") = take(400);
	register void *e __asm__("r15") = take(500);

	__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e));
	scrub();
	__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e));
	_exit(a == NULL || b == NULL || c == NULL || d == NULL || e == NULL);
}

/* Below the stack pointer all is full of a pointer. */
static NOINLINE void
litter(void)
{
	void *room[512], *p = take(1234);

	for (int i = 0; i < 512; i++)
		room[i] = p;
	__asm__ volatile("" :: "r"(room) : "memory");
}

static NOINLINE void
lose_below(void)
{
	litter();
	_exit(0);
}

static NOINLINE void
lose_most(void)
{
	for (int i = 0; i < 5; i++)
		word = take(1000);
}

/* Memory where the data of libdiag.so end: the kernel makes one mapping of
 * both. */
static int
see_object(struct dl_phdr_info *info, size_t size, void *end)
{
	(void)size;
	if (strstr(info->dlpi_name, "libdiag") == NULL)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD)
			*(size_t *)end = (info->dlpi_addr +
			    info->dlpi_phdr[i].p_vaddr +
			    info->dlpi_phdr[i].p_memsz + 4095) & ~(size_t)4095;
	return 1;
}

static NOINLINE void
keep_next(void)
{
	size_t end = 0;
	void **next;

	dl_iterate_phdr(see_object, &end);
	next = mmap((void *)end, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	next[9] = take(66);
}

/* Some gigabytes of addresses, of which no page is touched. */
static NOINLINE void
lose_huge(void)
{
	void *volatile huge = malloc((size_t)5 << 30);

	(void)huge;
}

/* A block in whose memory an earlier owner left a pointer. */
static NOINLINE void *
used_before(size_t size)
{
	void **p = take(size);

	p[size / sizeof(*p) - 1] = take(321);
	free(p);
	p = malloc(size);
	__asm__ volatile("" : "+r"(p) :: "memory");
	return p;
}

static NOINLINE void
lose_stale(void)
{
	word = used_before(200);
}

static NOINLINE void
lose_grown(void)
{
	void *p = take(40);

	free(used_before(400));
	p = realloc(p, 400);
	__asm__ volatile("" : "+r"(p) :: "memory");
	word = p;
}

static NOINLINE void *
outlive(void *first)
{
	pthread_join(*(pthread_t *)first, NULL);
	exit(0);
}

static NOINLINE void
lose_first(void)
{
	static pthread_t self;
	void *volatile local = take(888);
	pthread_t t;

	self = pthread_self();
	word = take(999);
	pthread_create(&t, NULL, outlive, &self);
	__asm__ volatile("" :: "r"(local));
	pthread_exit(NULL);
}

/* An epoll that alone knows 40 connections, each with a buffer. */
static NOINLINE int
keep_epoll(void)
{
	int epoll = epoll_create1(0), ends[2];

	for (int i = 0; i < 40; i++) {
		void **conn = take(30);
		struct epoll_event e = { EPOLLIN, { .ptr = conn } };

		*conn = take(70);
		if (pipe(ends) != 0 ||
		    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &e) != 0)
			abort();
	}
	return epoll;
}

static NOINLINE void
lose_epoll(void)
{
	close(keep_epoll());
}

/* A signal stack that is asked for when it is to be freed. */
static NOINLINE void
keep_sigstack(void)
{
	stack_t ss = { .ss_size = 100000, .ss_sp = take(100000) };

	if (sigaltstack(&ss, NULL) != 0)
		abort();
}

static NOINLINE void
lose_sigstack(void)
{
	stack_t ss = { .ss_flags = SS_DISABLE };

	keep_sigstack();
	sigaltstack(&ss, NULL);
}

/* What a handler would have in si_value. */
static NOINLINE timer_t
keep_timer(void)
{
	struct sigevent e = { .sigev_signo = SIGUSR1 };
	timer_t t;

	e.sigev_value.sival_ptr = take(77);
	if (timer_create(CLOCK_MONOTONIC, &e, &t) != 0)
		abort();
	return t;
}

static NOINLINE void
lose_timer(void)
{
	timer_delete(keep_timer());
}

static void
run_epoll(void)
{
	keep_epoll();
}

static void
run_timer(void)
{
	keep_timer();
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{ "keep_list", keep_list }, { "lose_list", lose_list },
	{ "lose_held", lose_held }, { "lose_double", lose_double },
	{ "lose_knot", lose_knot },
	{ "lose_cycle", lose_cycle }, { "keep_inside", keep_inside },
	{ "lose_beyond", lose_beyond }, { "keep_large", keep_large },
	{ "keep_mapped", keep_mapped }, { "lose_mapped", lose_mapped },
	{ "keep_aside", keep_aside }, { "keep_own", keep_own },
	{ "thread", run_thread }, { "beside", keep_beside },
	{ "lose_local", lose_local }, { "keep_local", keep_local },
	{ "keep_register", keep_register }, { "lose_most", lose_most },
	{ "keep_registers", keep_registers }, { "lose_below", lose_below },
	{ "keep_next", keep_next }, { "lose_huge", lose_huge },
	{ "lose_first", lose_first }, { "lose_stale", lose_stale },
	{ "lose_grown", lose_grown },
	{ "keep_epoll", run_epoll }, { "lose_epoll", lose_epoll },
	{ "keep_sigstack", keep_sigstack },
	{ "lose_sigstack", lose_sigstack },
	{ "keep_timer", run_timer }, { "lose_timer", lose_timer },
};

int
main(int argc, char **argv)
{
	pthread_key_create(&key, NULL);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (argc > 1 && strcmp(kinds[i].name, argv[1]) == 0) {
			kinds[i].run();
			scrub();
			return 0;
		}
	}
	return 2;
}
