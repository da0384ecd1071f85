/*
 * runtime_copy - a plug-in with a uv_queue_work() of its own: copy COPY.
 *
 * With WHOLE it has all that is watched of libuv, and a version that nobody
 * has heard of.
 */
int uv_queue_work(void *loop, void *req, void *work, void *after);
int plugin_main(int argc, char **argv);

int
uv_queue_work(void *loop, void *req, void *work, void *after)
{
	return loop == 0 && req == 0 && work == 0 && after == 0 ? COPY : -1;
}

int
plugin_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return uv_queue_work(0, 0, 0, 0);
}

#ifdef WHOLE
#define ALSO(name)				\
	int name(void);				\
	int					\
	name(void)				\
	{					\
		return COPY;			\
	}
ALSO(uv_async_send)
ALSO(uv_cancel)
ALSO(uv_mutex_init)
ALSO(uv_mutex_unlock)
ALSO(uv_once)
ALSO(uv_sem_post)

unsigned uv_version(void);
unsigned
uv_version(void)
{
	return 9 << 16 | 7 << 8;
}
#endif
