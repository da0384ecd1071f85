/*
 * pool_uv - a known load on libuv's pool, and everything else that goes to it.
 *
 * Usage: pool_uv LOG.  What is printed does not depend on time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "tests/hosts/pool_log.h"

static uv_work_t work[POOL_LOG_TASKS];
static unsigned came_back, files, names, cancelled;
static uv_thread_t main_thread;

static void
do_work(uv_work_t *w)
{
	pool_log_work((unsigned)(w - work));
}

static void
after_work(uv_work_t *w, int status)
{
	uv_thread_t here = uv_thread_self();

	came_back += status == 0 && uv_thread_equal(&here, &main_thread) &&
	    w >= work && w < work + POOL_LOG_TASKS;
}

static void
submit(unsigned i)
{
	if (uv_queue_work(uv_default_loop(), &work[i], do_work, after_work))
		abort();
}

static void
turn(void)
{
	uv_run(uv_default_loop(), UV_RUN_NOWAIT);
}

static unsigned
workers(void)
{
	return POOL_LOG_WORKERS;
}

static void
after_file(uv_fs_t *r)
{
	files += r->result == 0 || r->result == UV_ENOENT;
	uv_fs_req_cleanup(r);
	free(r);
}

static void
after_name(uv_getaddrinfo_t *r, int status, struct addrinfo *list)
{
	names += status == 0 && list != NULL;
	uv_freeaddrinfo(list);
	free(r);
}

/* A work that uses the library itself, in ways that are allowed there. */
static void
nested(uv_work_t *w)
{
	uv_fs_t r;
	uv_loop_t loop;
	uv_fs_t *later = malloc(sizeof(*later));

	(void)w;
	if (uv_fs_stat(NULL, &r, "/", NULL) != 0 || uv_loop_init(&loop) != 0 ||
	    uv_fs_stat(&loop, later, "/", after_file) != 0)
		abort();
	uv_fs_req_cleanup(&r);
	uv_run(&loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&loop) != 0)
		abort();
}

static void
after_other(uv_work_t *w, int status)
{
	cancelled += status == UV_ECANCELED;
	free(w);
}

static void
sleepy(uv_work_t *w)
{
	(void)w;
	usleep(30000);
}

static void
other(uv_work_cb cb, int cancel)
{
	uv_work_t *w = malloc(sizeof(*w));

	memset(w, 0x5a, sizeof(*w));
	if (uv_queue_work(uv_default_loop(), w, cb, after_other) != 0)
		abort();
	if (cancel && uv_cancel((uv_req_t *)w) != 0)
		abort();
}

/* Files and names, what is cancelled, what fails before it is queued. */
static void
everything_else(void)
{
	uv_loop_t *loop = uv_default_loop();
	uv_work_t none;

	for (int i = 0; i < 20; i++) {
		uv_fs_t *r = malloc(sizeof(*r));
		uv_getaddrinfo_t *a = malloc(sizeof(*a));

		if (uv_fs_access(loop, r, i % 2 ? "/" : "/nowhere", 0,
		    after_file) != 0 || uv_getaddrinfo(loop, a, after_name,
		    "127.0.0.1", NULL, NULL) != 0)
			abort();
	}
	/* One: it needs a second worker. */
	other(nested, 0);
	for (int i = 0; i < 12; i++)
		other(sleepy, i >= 4 && i % 2);
	printf("no work: %s\n", uv_err_name(uv_queue_work(loop, &none, NULL,
	    NULL)));
	uv_run(loop, UV_RUN_DEFAULT);
	printf("%u files, %u names, %u cancelled\n", files, names, cancelled);
}

int
main(int argc, char **argv)
{
	static const struct pool_log_host host = { submit, turn, workers };

	main_thread = uv_thread_self();
	pool_log_run(&host);
	if (argc > 1 && !pool_log_write(argv[1]))
		return 1;
	everything_else();
	printf("%u of %u came back\n", came_back, POOL_LOG_TASKS);
	return uv_loop_close(uv_default_loop()) == 0 ? 7 : 1;
}
