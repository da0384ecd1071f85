/*
 * sides - through the shell, which sets the variables.
 */
#include "sides.h"

#include <stdio.h>
#include <stdlib.h>

int
run_side(const char *self, const char *set, double *figures, int n)
{
	char command[8192];
	FILE *f;
	int i = 0;

	snprintf(command, sizeof(command), "%s '%s' one", set, self);
	f = popen(command, "r");
	if (f == NULL)
		return -1;
	while (i < n && fscanf(f, "%lf", &figures[i]) == 1)
		i++;
	pclose(f);
	return i == n ? 0 : -1;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
median(double *figures, int n)
{
	qsort(figures, (size_t)n, sizeof(figures[0]), ascending);
	return figures[n / 2];
}
