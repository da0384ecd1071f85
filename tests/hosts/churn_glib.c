/*
 * churn_glib - four threads make pools of GLib's, fill them, and free them in
 * every way there is.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 4, POOLS = 200 };

static gint ran;

static void
work(gpointer data, gpointer user_data)
{
	if (user_data != &ran)
		abort();
	g_atomic_int_inc(&ran);
	if (GPOINTER_TO_UINT(data) % 3 == 0)
		g_thread_yield();
}

/* How many tasks are sure to be run. */
static int
one_pool(guint *seed, gboolean immediate)
{
	int tasks = rand_r(seed) % 50;
	GThreadPool *p = g_thread_pool_new(work, &ran, 1 + rand_r(seed) % 3,
	    rand_r(seed) % 2, NULL);

	for (int i = 0; i < tasks; i++)
		g_thread_pool_push(p, GUINT_TO_POINTER(1 + rand_r(seed) % 5),
		    NULL);
	g_thread_pool_free(p, immediate, rand_r(seed) % 2);
	return immediate ? 0 : tasks;
}

static gpointer
churn(gpointer arg)
{
	guint seed = GPOINTER_TO_UINT(arg);
	int sure = 0;

	for (int i = 0; i < POOLS; i++)
		sure += one_pool(&seed, i % 4 == 3);
	return GINT_TO_POINTER(sure);
}

int
main(void)
{
	GThread *thread[THREADS];
	int sure = 0;

	for (guint i = 0; i < THREADS; i++)
		thread[i] = g_thread_new("churn", churn,
		    GUINT_TO_POINTER(i + 1));
	for (int i = 0; i < THREADS; i++)
		sure += GPOINTER_TO_INT(g_thread_join(thread[i]));
	for (int i = 0; i < 1000 && g_atomic_int_get(&ran) < sure; i++)
		g_usleep(10000);
	printf("%s\n", ran >= sure ? "all were run" : "some are missing");
	return 0;
}
