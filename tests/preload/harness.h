/*
 * harness.h - the parts of the harness: running a host once, telling our
 * lines from the host's.
 *
 * Memory   malloc; run_drop() gives it back.
 * Threads  one.
 * Fork     run_host() forks the host.
 */
#ifndef DIAG_TESTS_HARNESS_H
#define DIAG_TESTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

enum { RUN_ENV_MAX = 32 };

struct run_how {
	const char *env[RUN_ENV_MAX];
	unsigned envs;
	const char *stdin_file;
	unsigned patience_s;
	bool pipes;		/* stdout and stderr are pipes, else files */
	bool descriptors;	/* list the open descriptors at exit */
};

struct run {
	char *out;		/* what the host wrote to stdout */
	char *err;		/* what it wrote to stderr, without our lines */
	char *ours;		/* our lines */
	char *fds;		/* open descriptors below 256, one a line */
	int status;		/* exit status, or 128 + signal */
	bool timed_out;
};

/* Runs @argv to its end with DIAG=@diag ("" unset), preloaded or not. */
void run_host(const struct run_how *how, const char *diag, bool preloaded,
    char **argv, struct run *r);
void run_drop(struct run *r);

/* The whole file as a string (to be freed), or NULL. */
char *read_file(const char *path);
char *read_fd(int fd);
/* All files of a folder, one after the other (to be freed); removes them. */
char *read_files(const char *folder);

/* Reads the expressions of formats.ere; @path NULL is an error. */
void lines_load(const char *path);

/* Splits @text into what is the host's and what is ours; both to be freed. */
void lines_split(const char *text, char **host, char **ours);

/* True when a line of @text matches the extended expression @ere. */
bool lines_match(const char *text, const char *ere);

#endif
