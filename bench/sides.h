/*
 * sides - a bench program runs itself once for each side that it compares.
 *
 * Memory   the caller's.
 * Threads  one.
 * Fork     the side is a child.
 */
#ifndef BENCH_SIDES_H
#define BENCH_SIDES_H

/* Runs "SELF one" with the variables in @set ("A=b C=d") and reads the
 * @n figures that it prints; 0, or -1 when it printed something else. */
int run_side(const char *self, const char *set, double *figures, int n);

/* The median of @n figures, which are put in order. */
double median(double *figures, int n);

#endif
