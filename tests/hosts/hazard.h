/*
 * hazard - what hosts of the hazard list have in common: they do a thing, say
 * how it went, and use the heap beside it.
 */
#ifndef HOSTS_HAZARD_H
#define HOSTS_HAZARD_H

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>

static inline void
say(const char *what, long ret)
{
	printf("%s: %s\n", what, ret >= 0 ? "done" : strerror(errno));
	fflush(stdout);
}

static inline void
some_blocks(void)
{
	void *volatile p; /* the caller's own: threads come here at once */

	for (size_t i = 1; i < 120; i++) {
		p = malloc(i * 11);
		free(p);
		p = calloc(3, i);
		p = realloc(p, i * 40);
		free(p);
	}
}

/* Waits for child @pid, with waitpid()'s @flags, and says how it ended. */
static inline void
end_of_any(const char *what, pid_t pid, int flags)
{
	int status = 0;

	if (pid < 0 || waitpid(pid, &status, flags) != pid) {
		say(what, -1);
		return;
	}
	printf("%s: status %d, signal %d\n", what, WEXITSTATUS(status),
	    WTERMSIG(status));
	fflush(stdout);
}

static inline void
end_of(const char *what, pid_t pid)
{
	end_of_any(what, pid, 0);
}

#endif
