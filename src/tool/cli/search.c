/*
 * search - a command by name, as execvp(3) looks for it.
 */
#include "tool/cli/search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_program(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (S_ISREG(st.st_mode) && access(path, X_OK) == 0)
		return true;
	errno = EACCES;
	return false;
}

static bool
copy_path(char path[PATH_MAX], const char *command)
{
	if (strlen(command) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(path, command);
	return true;
}

/* Looks in the directories of @list; an empty one is the current. */
static bool
search_list(const char *list, const char *command, char path[PATH_MAX])
{
	int err = ENOENT;

	for (;;) {
		size_t len = strcspn(list, ":");
		int n = snprintf(path, PATH_MAX, "%.*s%s%s", (int)len, list,
		    len > 0 ? "/" : "./", command);

		if (n > 0 && n < PATH_MAX && is_program(path))
			return true;
		/* A file that may not be executed is the better reason. */
		if (n > 0 && n < PATH_MAX && errno == EACCES)
			err = EACCES;
		if (list[len] == '\0')
			break;
		list += len + 1;
	}
	errno = err;
	return false;
}

bool
search_path(const char *command, char path[PATH_MAX])
{
	const char *list = getenv("PATH");

	if (command[0] == '\0') {
		errno = ENOENT;
		return false;
	}
	if (strchr(command, '/') != NULL)
		return copy_path(path, command);
	return search_list(list != NULL ? list : "/bin:/usr/bin", command,
	    path);
}

const char *
search_why(const char *command, int err)
{
	if (err == ENOENT && strchr(command, '/') == NULL)
		return "not found in PATH";
	if (err == EACCES)
		return "is not executable";
	return strerror(err);
}
