/*
 * mutex_words - what is in a mutex while it is held, byte for byte, whoever
 * holds it: debuggers read it, and hosts do.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const pthread_mutex_t none = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;

/* The owner is the only word that differs between two runs. */
static void
say(const char *who, const char *what, const pthread_mutex_t *m, int r)
{
	pthread_mutex_t copy;
	pid_t owner = m->__data.__owner;

	memcpy(&copy, m, sizeof(copy));
	copy.__data.__owner = 0;
	printf("%s %s: %d %s:", who, what, r, owner == 0 ? "nobody's" :
	    owner == (pid_t)syscall(SYS_gettid) ? "mine" : "another's");
	for (size_t i = 0; i < sizeof(copy); i++)
		printf("%s%02x", i % 4 == 0 ? " " : "",
		    ((unsigned char *)&copy)[i]);
	printf("\n");
}

static void
all_of(const char *who, pthread_mutex_t *m, bool recursive)
{
	say(who, "locked", m, pthread_mutex_lock(m));
	say(who, "tried in vain", m, recursive ? 0 : pthread_mutex_trylock(m));
	say(who, "unlocked", m, pthread_mutex_unlock(m));
	say(who, "tried", m, pthread_mutex_trylock(m));
	say(who, "destroyed", m, pthread_mutex_destroy(m));
	say(who, "unlocked", m, pthread_mutex_unlock(m));
}

static void
all_of_kind(const char *who, int type, int pshared)
{
	pthread_mutexattr_t a;
	pthread_mutex_t m;

	memcpy(&m, &none, sizeof(m));
	pthread_mutexattr_init(&a);
	pthread_mutexattr_settype(&a, type);
	pthread_mutexattr_setpshared(&a, pshared);
	pthread_mutex_init(&m, &a);
	printf("kind %d, shared %d\n", type, pshared);
	all_of(who, &m, type == PTHREAD_MUTEX_RECURSIVE);
}

static void
all(const char *who)
{
	pthread_mutex_t usual;

	memcpy(&usual, &none, sizeof(usual));
	all_of(who, &usual, false);
	for (int type = PTHREAD_MUTEX_NORMAL; type <=
	    PTHREAD_MUTEX_ADAPTIVE_NP; type++) {
		all_of_kind(who, type, PTHREAD_PROCESS_PRIVATE);
		all_of_kind(who, type, PTHREAD_PROCESS_SHARED);
	}
	fflush(stdout);
}

static void *
in_thread(void *unused)
{
	const char *who = "thread";

	(void)unused;
	say(who, "another has it", &shared, pthread_mutex_trylock(&shared));
	all(who);
	return NULL;
}

static void
in_child(const char *who, pid_t pid)
{
	int status = 0;

	if (pid == 0) {
		say(who, "inherited", &shared, pthread_mutex_trylock(&shared));
		all(who);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("status %d\n", status);
	fflush(stdout);
}

int
main(void)
{
	pthread_t t;

	all("main");
	say("main", "shared", &shared, pthread_mutex_lock(&shared));
	pthread_create(&t, NULL, in_thread, NULL);
	pthread_join(t, NULL);
	fflush(stdout);
	in_child("fork", fork());
	in_child("_Fork", _Fork());
	in_child("clone", (pid_t)syscall(SYS_fork));
	say("main", "shared", &shared, pthread_mutex_unlock(&shared));
	return 0;
}
