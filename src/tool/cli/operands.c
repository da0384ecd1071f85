/*
 * operands - the files that a verb reads, as the user named them.
 */
#include "tool/cli/operands.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/base/alloc.h"
#include "tool/cli/say.h"
#include "tool/cli/spool.h"

static void
add(struct operands *o, size_t *cap, const char *path, const char *name)
{
	/* Both arrays grow together. */
	size_t same = *cap;

	o->paths = alloc_room(o->paths, o->n, cap, sizeof(*o->paths));
	o->names = alloc_room(o->names, o->n, &same, sizeof(*o->names));
	o->paths[o->n] = path;
	o->names[o->n++] = name;
}

static bool
add_file(struct operands *o, size_t *cap, const char *path, const char *name)
{
	path = spool_file(path);
	if (path == NULL) {
		say("%s: %m", name);
		return false;
	}
	add(o, cap, path, name);
	return true;
}

static bool
expand(struct operands *o, const char *word)
{
	int append = o->found.gl_pathc > 0 ? GLOB_APPEND : 0;

	if (access(word, F_OK) == 0 || strpbrk(word, "*?[") == NULL)
		return false;
	return glob(word, append, NULL, &o->found) == 0;
}

/* A file, a pattern of files, or standard input. */
static bool
take_word(struct operands *o, size_t *cap, const char *word, bool again)
{
	size_t from = o->found.gl_pathc;

	if (strcmp(word, "-") == 0) {
		const char *path = spool_input(again);

		if (path == NULL)
			say("standard input: %m");
		else
			add(o, cap, path, word);
		return path != NULL;
	}
	if (!expand(o, word))
		return add_file(o, cap, word, word);
	/* The text of a name stays where it is when more follow. */
	for (; from < o->found.gl_pathc; from++)
		if (!add_file(o, cap, o->found.gl_pathv[from],
		    o->found.gl_pathv[from]))
			return false;
	return true;
}

bool
operands_take(struct operands *o, char **words, int n, bool again)
{
	size_t cap = 0;

	*o = (struct operands){ 0 };
	for (int i = 0; i < n; i++)
		if (!take_word(o, &cap, words[i], again)) {
			operands_drop(o);
			return false;
		}
	return true;
}

void
operands_drop(struct operands *o)
{
	free(o->paths);
	free(o->names);
	if (o->found.gl_pathc > 0)
		globfree(&o->found);
}
