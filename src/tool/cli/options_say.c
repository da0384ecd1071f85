/*
 * options_say - what is wrong with an option of a verb.
 */
#include "tool/cli/options_say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/cli/say.h"

enum { WORD_MAX = 16 };

unsigned
options_distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t m = strnlen(a, WORD_MAX);
	size_t n = strnlen(b, WORD_MAX);

	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= m; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned same = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = MIN(same, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[n];
}

/* What was meant: the option that begins like @word, or the nearest one. */
static const char *
nearest(const char *word, const struct option *known)
{
	unsigned best = 3; /* further away is no slip of the finger */
	const char *found = NULL;

	for (; known->name != NULL; known++) {
		unsigned d = options_distance(word, known->name);

		if (strncmp(word, known->name, strlen(word)) == 0)
			return known->name;
		if (d < best && d < strlen(known->name)) {
			best = d;
			found = known->name;
		}
	}
	return found;
}

bool
options_number(const char *word, uint64_t most, uint64_t *to)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(word, &end, 10);
	*to = n;
	/* It takes blanks and signs, too. */
	return *word >= '0' && *word <= '9' && *end == '\0' && errno == 0 &&
	    n <= most;
}

void
options_say(const char *verb, int which, const char *word,
    const struct option *known)
{
	char name[64] = "";
	const char *meant = NULL;

	if (strncmp(word, "--", 2) == 0) {
		size_t n = strcspn(word + 2, "=");

		memcpy(name, word + 2, MIN(n, sizeof(name) - 1));
		meant = nearest(name, known);
	}
	if (which == ':')
		say("%s: %s: needs a value", verb, word);
	else if (name[0] != '\0' && optopt != 0)
		say("%s: --%s: takes no value", verb, name);
	else if (meant != NULL)
		say("%s: %s: unknown option (did you mean --%s?)", verb, word,
		    meant);
	else
		say("%s: %s: unknown option (see diag help %s)", verb, word,
		    verb);
}
