/*
 * verbs - the table of what the command can do.
 */
#include "tool/cli/verbs.h"

#include <string.h>

#include "common/base/attrs.h"
#include "tool/cli/say.h"

const struct verb *const verbs[] = {
	&verb_run, &verb_env, &verb_report, &verb_help, NULL
};

const struct verb *
verbs_find(const char *name)
{
	for (const struct verb *const *v = verbs; *v != NULL; v++)
		if (strcmp((*v)->name, name) == 0)
			return *v;
	return NULL;
}

enum { WORD_MAX = 16 };

/* How many letters must change, appear or go to make @a into @b. */
static unsigned
distance(const char *a, const char *b)
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

int
verbs_say_unknown(const char *name)
{
	const struct verb *nearest = NULL;
	unsigned best = 3; /* further away is no slip of the finger */

	for (const struct verb *const *v = verbs; *v != NULL; v++) {
		unsigned d = distance(name, (*v)->name);

		if (d < best && d < strlen((*v)->name)) {
			best = d;
			nearest = *v;
		}
	}
	if (nearest == NULL)
		return say_misuse("%s: unknown verb (see diag help)", name);
	return say_misuse("%s: unknown verb (did you mean %s?)", name,
	    nearest->name);
}
