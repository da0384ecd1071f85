/*
 * syncbed - threads that are records and play parts.
 */
#include "tests/unit/syncbed.h"

#include "common/base/ticks.h"

struct thread *worker[WORKERS], *main_thread, *other;
struct sync_scope scope[WORKERS];
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

/* Places in a host, and depths of its stack. */
char take_site, bring_site;
char stack[1000];

void *
work(void *arg)
{
	return arg;
}

static void *
ask(void *arg)
{
	return arg;
}

void
make_threads(void)
{
	ticks_init();
	sync_after_fork_child();
	for (unsigned i = 0; i < WORKERS; i++)
		worker[i] = thread_expect(work, NULL, 0);
	other = thread_expect(ask, NULL, 0);
	main_thread = thread_self();
	work_reset(&main_thread->work);
}

void
drop_threads(void)
{
	for (unsigned i = 0; i < WORKERS; i++)
		thread_cancel(worker[i]);
	thread_cancel(other);
}

/* What wait_enter() and wait_leave() are called around, at this depth. */
void
enter(unsigned i, enum wait_kind kind, const void *object, const char *depth)
{
	struct wait_news news = {
		.kind = kind,
		.object = (uint64_t)(uintptr_t)object,
		.caller = &take_site,
		.mutex = &mutex,
	};

	sync_enter(worker[i], &scope[i], &news, depth);
}

void
wait_for_task(unsigned i)
{
	enter(i, WAIT_COND, &cond, &stack[900]);
}

void
end_wait(unsigned i)
{
	sync_leave(worker[i], &scope[i]);
}

void
lock(struct thread *t, const char *site)
{
	sync_locked_gate(t, &mutex, site);
}

void
bring(const char *site, bool signals)
{
	lock(main_thread, site);
	if (signals)
		sync_signal_gate(main_thread, &cond);
}

struct gate *
gate(void)
{
	uint32_t n = gate_find((uint64_t)(uintptr_t)&mutex);

	ck_assert_uint_ne(n, 0);
	return gate_at(n);
}
