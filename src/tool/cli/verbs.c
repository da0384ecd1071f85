/*
 * verbs - the table of what the command can do.
 */
#include "tool/cli/verbs.h"

#include <string.h>

#include "common/base/attrs.h"
#include "tool/cli/options_say.h"
#include "tool/cli/say.h"

const struct verb *const verbs[] = {
	&verb_run, &verb_ctl, &verb_env, &verb_report, &verb_plot,
	&verb_help, NULL
};

const struct verb *
verbs_find(const char *name)
{
	for (const struct verb *const *v = verbs; *v != NULL; v++)
		if (strcmp((*v)->name, name) == 0)
			return *v;
	return NULL;
}

int
verbs_say_unknown(const char *name)
{
	const struct verb *nearest = NULL;
	unsigned best = 3; /* further away is no slip of the finger */

	for (const struct verb *const *v = verbs; *v != NULL; v++) {
		unsigned d = options_distance(name, (*v)->name);

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
