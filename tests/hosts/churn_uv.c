/*
 * churn_uv - three loops give libuv's pool tasks of all kinds and cancel many,
 * then a forked child does the same with a pool of its own.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

enum { LOOPS = 3, ROUNDS = 100, EACH = 100 };

static _Atomic int done, cancelled, others;

static void
work(uv_work_t *w)
{
	if ((uintptr_t)w->data % 50 == 0)
		usleep(100);
}

static void
after_work(uv_work_t *w, int status)
{
	status == UV_ECANCELED ? cancelled++ : done++;
	free(w);
}

static void
after_file(uv_fs_t *r)
{
	others++;
	uv_fs_req_cleanup(r);
	free(r);
}

static void
after_name(uv_getaddrinfo_t *r, int status, struct addrinfo *list)
{
	(void)status;
	others++;
	uv_freeaddrinfo(list);
	free(r);
}

static void
submit(uv_loop_t *loop, uintptr_t n, unsigned *seed)
{
	uv_work_t *w = malloc(sizeof(*w));
	uv_fs_t *f;
	uv_getaddrinfo_t *a;

	w->data = (void *)n;
	uv_queue_work(loop, w, work, after_work);
	if (rand_r(seed) % 3 == 0)
		uv_cancel((uv_req_t *)w);
	if (n % 10 != 0)
		return;
	f = malloc(sizeof(*f));
	uv_fs_stat(loop, f, "/", after_file);
	if (n % 20 != 0)
		return;
	a = malloc(sizeof(*a));
	uv_getaddrinfo(loop, a, after_name, "127.0.0.1", NULL, NULL);
	if (n % 40 == 0)
		uv_cancel((uv_req_t *)a);
}

static void
churn(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;
	uv_loop_t loop;

	if (uv_loop_init(&loop) != 0)
		abort();
	for (int i = 0; i < ROUNDS; i++) {
		for (uintptr_t n = 0; n < EACH; n++)
			submit(&loop, n, &seed);
		uv_run(&loop, UV_RUN_DEFAULT);
	}
	if (uv_loop_close(&loop) != 0)
		abort();
}

static void
say(const char *who, int loops)
{
	int all = done + cancelled == loops * ROUNDS * EACH &&
	    others == loops * ROUNDS * EACH / 20 * 3;

	printf("%s: %s\n", who, all ? "all came back" : "some are missing");
	fflush(stdout);
}

int
main(void)
{
	uv_thread_t thread[LOOPS];
	pid_t child;
	int status;

	for (uintptr_t i = 0; i < LOOPS; i++)
		uv_thread_create(&thread[i], churn, (void *)(i + 1));
	for (int i = 0; i < LOOPS; i++)
		uv_thread_join(&thread[i]);
	say("parent", LOOPS);
	child = fork();
	if (child == 0) {
		done = cancelled = others = 0;
		churn((void *)7);
		say("child", 1);
		usleep(150000);
		_exit(3);
	}
	if (waitpid(child, &status, 0) != child)
		return 1;
	return WEXITSTATUS(status);
}
