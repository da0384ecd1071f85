/*
 * nearest - edit distance with swaps, three rows at a time.
 */
#include "common/options/nearest.h"

#include <stdbool.h>
#include <string.h>

#include "common/options/options.h"

enum { FAR = 1000 };

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
same(char a, char b)
{
	return lower(a) == lower(b);
}

/* Fills row @i of the table of distances; @above and @above2 are the rows
 * before it. */
static void
fill_row(unsigned *row, const unsigned *above, const unsigned *above2,
    const char *a, size_t i, const char *b, size_t blen)
{
	row[0] = (unsigned)i;
	for (size_t j = 1; j <= blen; j++) {
		unsigned d = above[j - 1] + !same(a[i - 1], b[j - 1]);

		d = MIN(d, above[j] + 1);
		d = MIN(d, row[j - 1] + 1);
		if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
		    same(a[i - 2], b[j - 1]))
			d = MIN(d, above2[j - 2] + 1);
		row[j] = d;
	}
}

unsigned
nearest_distance(const char *a, size_t len, const char *b)
{
	unsigned rows[3][OPTION_NAME_MAX + 1];
	size_t blen = strlen(b);

	if (len > OPTION_NAME_MAX || blen > OPTION_NAME_MAX)
		return FAR;
	for (size_t j = 0; j <= blen; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= len; i++)
		fill_row(rows[i % 3], rows[(i + 2) % 3], rows[(i + 1) % 3],
		    a, i, b, blen);
	return rows[len % 3][blen];
}

void
nearest_offer(struct nearest *n, const char *candidate)
{
	unsigned d = nearest_distance(n->typed, n->len, candidate);
	/* A third of the letters may be wrong, but one always. */
	size_t allowed = MAX(n->len / 3, (size_t)1);

	if (d > allowed || d >= strlen(candidate))
		return;
	if (n->name != NULL && d >= n->distance)
		return;
	n->name = candidate;
	n->distance = d;
}
