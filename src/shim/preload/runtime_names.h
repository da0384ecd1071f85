/*
 * runtime_names - what we export of runtimes that have thread pools.
 *
 * Read by the assembler too (runtime_stubs.S), so there is nothing in it but
 * names: X(name), in the order of their numbers.
 *
 * Memory   none.
 * Threads  none.
 * Fork     none.
 */
#ifndef DIAG_PRELOAD_RUNTIME_NAMES_H
#define DIAG_PRELOAD_RUNTIME_NAMES_H

#define RUNTIME_UV_NAMES(X)					\
	X(uv_queue_work) X(uv_getaddrinfo) X(uv_getnameinfo) X(uv_random) \
	X(uv_fs_access) X(uv_fs_chmod) X(uv_fs_chown) X(uv_fs_close)	\
	X(uv_fs_closedir) X(uv_fs_copyfile) X(uv_fs_fchmod)		\
	X(uv_fs_fchown) X(uv_fs_fdatasync) X(uv_fs_fstat) X(uv_fs_fsync) \
	X(uv_fs_ftruncate) X(uv_fs_futime) X(uv_fs_lchown) X(uv_fs_link) \
	X(uv_fs_lstat) X(uv_fs_lutime) X(uv_fs_mkdir) X(uv_fs_mkdtemp)	\
	X(uv_fs_mkstemp) X(uv_fs_open) X(uv_fs_opendir) X(uv_fs_read)	\
	X(uv_fs_readdir) X(uv_fs_readlink) X(uv_fs_realpath)		\
	X(uv_fs_rename) X(uv_fs_rmdir) X(uv_fs_scandir)			\
	X(uv_fs_sendfile) X(uv_fs_stat) X(uv_fs_statfs)			\
	X(uv_fs_symlink) X(uv_fs_unlink) X(uv_fs_utime) X(uv_fs_write)	\
	X(uv_async_send) X(uv_cancel) X(uv_mutex_init)			\
	X(uv_mutex_unlock) X(uv_once) X(uv_sem_post)

#define RUNTIME_GLIB_NAMES(X)					\
	X(g_thread_pool_free) X(g_thread_pool_new)			\
	X(g_thread_pool_new_full) X(g_thread_pool_push)			\
	X(g_thread_pool_set_max_threads)

#define RUNTIME_APR_NAMES(X)					\
	X(apr_thread_pool_push) X(apr_thread_pool_schedule)		\
	X(apr_thread_pool_top) X(apr_thread_pool_tasks_cancel)		\
	X(apr_thread_create) X(apr_thread_data_set)			\
	X(apr_thread_mutex_lock)

#define RUNTIME_GOMP_NAMES(X)					\
	X(GOMP_parallel) X(GOMP_parallel_reductions)			\
	X(GOMP_parallel_sections) X(GOMP_parallel_loop_static)		\
	X(GOMP_parallel_loop_dynamic) X(GOMP_parallel_loop_guided)	\
	X(GOMP_parallel_loop_runtime)					\
	X(GOMP_parallel_loop_nonmonotonic_dynamic)			\
	X(GOMP_parallel_loop_nonmonotonic_guided)			\
	X(GOMP_parallel_loop_nonmonotonic_runtime)			\
	X(GOMP_parallel_loop_maybe_nonmonotonic_runtime) X(GOMP_task)

/* Short for the names that C++ makes of them (runtime_stubs.S). */
#define RUNTIME_TBB_NAMES(X)					\
	X(tbb_spawn) X(tbb_spawn_in_slot) X(tbb_submit) X(tbb_enqueue)	\
	X(tbb_enqueue_in_context) X(tbb_execute_and_wait)

#define RUNTIME_NAMES(X)						\
	RUNTIME_UV_NAMES(X) RUNTIME_GLIB_NAMES(X) RUNTIME_APR_NAMES(X)	\
	RUNTIME_GOMP_NAMES(X) RUNTIME_TBB_NAMES(X)

#endif
