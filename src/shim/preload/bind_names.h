/*
 * bind_names - the functions of libc's that we call.
 *
 * For C and the assembler.  Not here: what must be the host's (its data), what
 * decides which libc we can be loaded with (_dl_find_object), what other
 * preloads are meant to see (pthread_mutex_unlock), and what is called to find
 * libc.
 *
 * Memory   none.
 * Threads  none.
 * Fork     none.
 */
#ifndef DIAG_PRELOAD_BIND_NAMES_H
#define DIAG_PRELOAD_BIND_NAMES_H

#define BIND_NAMES(X)							\
	X(__ctype_b_loc)						\
	X(__cxa_at_quick_exit)						\
	X(__cxa_atexit)							\
	X(__register_atfork)						\
	X(__sched_cpucount)						\
	X(_pthread_cleanup_pop)						\
	X(_pthread_cleanup_push)					\
	X(abort)							\
	X(clearerr)							\
	X(dladdr1)							\
	X(dlsym)							\
	X(dlvsym)							\
	X(fwrite)							\
	X(getauxval)							\
	X(getc)								\
	X(memchr)							\
	X(memcmp)							\
	X(memcpy)							\
	X(memmove)							\
	X(memset)							\
	X(pthread_attr_destroy)						\
	X(pthread_attr_getstacksize)					\
	X(pthread_attr_init)						\
	X(pthread_attr_setdetachstate)					\
	X(pthread_attr_setstacksize)					\
	X(pthread_getname_np)						\
	X(pthread_key_create)						\
	X(pthread_key_delete)						\
	X(pthread_self)							\
	X(pthread_setcancelstate)					\
	X(pthread_setspecific)						\
	X(pthread_sigmask)						\
	X(sched_getaffinity)						\
	X(sched_getcpu)							\
	X(sched_setaffinity)						\
	X(sem_getvalue)							\
	X(sigfillset)							\
	X(strchr)							\
	X(strcmp)							\
	X(strcpy)							\
	X(strcspn)							\
	X(strlen)							\
	X(strncmp)							\
	X(strncpy)							\
	X(strnlen)							\
	X(strrchr)							\
	X(strspn)							\
	X(strstr)							\
	X(sysconf)							\
	X(ungetc)

#endif
