/*
 * items - KEY=VALUE arguments, checked before a program is started.
 */
#include "tool/cli/items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/options/options.h"
#include "tool/cli/say.h"

bool
items_looks_like(const char *argument)
{
	size_t key = strcspn(argument, "=/");

	return key > 0 && argument[key] == '=';
}

static void
complain(void *arg, const char *sentence)
{
	unsigned *wrong = arg;

	(*wrong)++;
	say("%s", sentence);
}

static bool
all_understood(const char *items)
{
	static struct options opt;
	unsigned wrong = 0;

	options_parse(&opt, items, complain, &wrong);
	return wrong == 0;
}

/* Appends @item to the heap string *@list; false when there is no memory. */
static bool
append(char **list, const char *item)
{
	char *longer = NULL;

	if (asprintf(&longer, "%s%s%s", *list, (*list)[0] != '\0' ? "," : "",
	    item) < 0)
		return false;
	free(*list);
	*list = longer;
	return true;
}

char *
items_value(const char *old, char *const *items, int n)
{
	char *ours = strdup("");
	char *all = strdup(old != NULL ? old : "");

	if (ours == NULL || all == NULL)
		goto no_memory;
	for (int i = 0; i < n; i++)
		if (!append(&ours, items[i]))
			goto no_memory;
	if (!all_understood(ours))
		goto wrong;
	if (ours[0] != '\0' && !append(&all, ours))
		goto no_memory;
	free(ours);
	return all;
no_memory:
	say("%m");
wrong:
	free(ours);
	free(all);
	return NULL;
}
