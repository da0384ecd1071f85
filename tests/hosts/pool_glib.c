/*
 * pool_glib - a known load on a pool of GLib's, and what else pools can do.
 *
 * Usage: pool_glib exclusive|shared LOG.  What is printed does not depend on
 * time.
 */
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/hosts/pool_log.h"

static GThreadPool *pool;
static char mark[] = "mark";
static gint others, tasks;

/* 0 is no task to GLib. */
static void
do_work(gpointer data, gpointer user_data)
{
	if (user_data != mark)
		abort();
	pool_log_work(GPOINTER_TO_UINT(data) - 1);
}

static void
submit(unsigned i)
{
	GError *error = NULL;

	if (!g_thread_pool_push(pool, GUINT_TO_POINTER(i + 1), &error) ||
	    error != NULL)
		abort();
}

static void
turn(void)
{
}

static unsigned
workers(void)
{
	return g_thread_pool_get_num_threads(pool);
}

/* The same pointer again and again. */
static void
sleepy(gpointer data, gpointer user_data)
{
	if (data != mark || strcmp(user_data, mark) != 0)
		abort();
	g_usleep(5000);
	g_atomic_int_inc(&others);
}

static gint
order(gconstpointer a, gconstpointer b, gpointer user_data)
{
	(void)user_data;
	return strcmp(a, b);
}

/* A pool that is sorted, lowered, and freed with or without its tasks. */
static void
other_pool(gboolean immediate, gboolean wait)
{
	GThreadPool *p = g_thread_pool_new(sleepy, mark, 3, FALSE, NULL);

	if (p->user_data != mark || p->exclusive)
		abort();
	g_thread_pool_set_sort_function(p, order, NULL);
	for (int i = 0; i < 30; i++)
		g_thread_pool_push(p, mark, NULL);
	if (!g_thread_pool_set_max_threads(p, 2, NULL) ||
	    g_thread_pool_get_max_threads(p) != 2)
		abort();
	g_thread_pool_move_to_front(p, mark);
	g_thread_pool_free(p, immediate, wait);
}

static void
task_thread(GTask *task, gpointer source, gpointer data, GCancellable *c)
{
	(void)source;
	(void)c;
	if (data != mark)
		abort();
	g_usleep(3000);
	g_task_return_int(task, 42);
}

static void
task_ready(GObject *source, GAsyncResult *result, gpointer data)
{
	(void)source;
	(void)data;
	tasks += g_task_propagate_int(G_TASK(result), NULL) == 42;
}

static void
run_tasks(void)
{
	for (int i = 0; i < 40; i++) {
		GTask *t = g_task_new(NULL, NULL, task_ready, NULL);

		g_task_set_task_data(t, mark, NULL);
		g_task_run_in_thread(t, task_thread);
		g_object_unref(t);
	}
	while (tasks < 40)
		g_main_context_iteration(NULL, TRUE);
}

static gpointer
loop_thread(gpointer loop)
{
	g_main_loop_run(loop);
	return NULL;
}

/* Threads of GLib's that are no pool's. */
static void
run_threads(void)
{
	GMainLoop *loop = g_main_loop_new(NULL, FALSE);
	GThread *a = g_thread_new("sleeper", (GThreadFunc)(void *)g_usleep,
	    GUINT_TO_POINTER(1000));
	GThread *b = g_thread_new("loop", loop_thread, loop);

	while (!g_main_loop_is_running(loop))
		g_usleep(1000);
	g_main_loop_quit(loop);
	g_thread_join(a);
	g_thread_join(b);
	g_main_loop_unref(loop);
}

int
main(int argc, char **argv)
{
	static const struct pool_log_host host = { submit, turn, workers };
	gboolean exclusive = argc > 1 && strcmp(argv[1], "exclusive") == 0;

	pool = g_thread_pool_new_full(do_work, mark, NULL, POOL_LOG_WORKERS,
	    exclusive, NULL);
	if (pool == NULL)
		return 1;
	pool_log_run(&host);
	if (argc > 2 && !pool_log_write(argv[2]))
		return 1;
	g_thread_pool_free(pool, FALSE, TRUE);
	other_pool(FALSE, TRUE);
	printf("%d sleeps in a pool that was waited for\n", others);
	other_pool(TRUE, TRUE);
	other_pool(TRUE, FALSE);
	other_pool(FALSE, FALSE);
	run_tasks();
	run_threads();
	printf("%d tasks\n", tasks);
	return 7;
}
