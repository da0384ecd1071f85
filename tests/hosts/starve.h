/*
 * starve - what the four starving programs share: a pool as people write
 * them, and a life that ends with standard input.
 *
 *	starve_... [api]
 *
 * With "api" the program tells diag about its pool; without, diag sees threads
 * that take a mutex and wait on a condition.
 */
#ifndef TESTS_HOSTS_STARVE_H
#define TESTS_HOSTS_STARVE_H

struct starve_pool;

/* A pool with threads named after it; @queues of them, 1 for one that all
 * workers share, else one for each worker. */
struct starve_pool *starve_make(const char *name, unsigned workers,
    unsigned queues);
/* A task that calls @run, for queue @queue. */
void starve_submit(struct starve_pool *pool, void (*run)(void),
    unsigned queue);

/* Looks for "api" among the arguments; first of all. */
void starve_begin(int argc, char **argv);
/* Calls @submit so many times a second until standard input ends. */
_Noreturn void starve_feed(unsigned per_second, void (*submit)(void));

#endif
