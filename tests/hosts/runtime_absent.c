/*
 * runtime_absent - has weak references to runtimes that are not there, and
 * calls what it finds.
 */
#include <stdio.h>

#define WEAK __attribute__((weak))
extern WEAK int uv_queue_work(void *, void *, void *, void *);
extern WEAK int uv_fs_utime(void *, void *, const char *, double, double,
    void *);
extern WEAK int g_thread_pool_push(void *, void *, void *);
extern WEAK void *g_thread_pool_new(void *, void *, int, int, void *);
extern WEAK int apr_thread_pool_push(void *, void *, void *, int, void *);

int
main(void)
{
	if (uv_queue_work != NULL && (uv_queue_work(NULL, NULL, NULL, NULL) !=
	    -38 || uv_fs_utime(NULL, NULL, "", 1, 2, NULL) != -38))
		return 1;
	if (g_thread_pool_push != NULL && (g_thread_pool_push(NULL, NULL,
	    NULL) != 0 || g_thread_pool_new(NULL, NULL, 1, 0, NULL) != NULL))
		return 1;
	if (apr_thread_pool_push != NULL && apr_thread_pool_push(NULL, NULL,
	    NULL, 0, NULL) != 70023)
		return 1;
	printf("nothing was there to fail\n");
	return 0;
}
