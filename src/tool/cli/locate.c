/*
 * locate - where libdiag.so is, and what LD_PRELOAD becomes with it.
 */
#include "tool/cli/locate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/cli/say.h"

/* The loader splits LD_PRELOAD at both. */
static const char separators[] = " :";

static bool
is_there(char path[PATH_MAX], const char *dir, const char *rest)
{
	char name[PATH_MAX];
	int n = snprintf(name, sizeof(name), "%s%s", dir, rest);

	if (n < 0 || (size_t)n >= sizeof(name) || access(name, R_OK) != 0)
		return false;
	/* Only the directory is resolved: libdiag.so is often a link whose
	 * target changes with the next version. */
	char *slash = strrchr(name, '/');

	if (slash == NULL)
		return false;
	*slash = '\0';

	char *real = realpath(name[0] == '\0' ? "/" : name, NULL);

	if (real == NULL)
		return false;
	n = snprintf(path, PATH_MAX, "%s/%s",
	    strcmp(real, "/") == 0 ? "" : real, slash + 1);
	free(real);
	return n > 0 && n < PATH_MAX;
}

static bool
executable_dir(char dir[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", dir, PATH_MAX - 1);

	if (n <= 0)
		return false;
	dir[n] = '\0';

	char *slash = strrchr(dir, '/');

	if (slash == NULL)
		return false;
	*slash = '\0';
	return true;
}

static bool
search(char path[PATH_MAX])
{
	char dir[PATH_MAX];
	bool know_dir = executable_dir(dir);

	if (know_dir && is_there(path, dir, "/.libs/libdiag.so"))
		return true;
	if (is_there(path, DIAG_LIBDIR, "/libdiag.so") ||
	    is_there(path, DIAG_LIBDIR, "/libdiag.so.0"))
		return true;
	return know_dir && (is_there(path, dir, "/../lib/libdiag.so") ||
	    is_there(path, dir, "/../lib/libdiag.so.0"));
}

static bool
named_by_user(char path[PATH_MAX], const char *name)
{
	/* A name without a slash is in the current directory, not "". */
	const char *dir = strchr(name, '/') == NULL ? "./" : "";

	if (is_there(path, dir, name))
		return true;
	say("%s: %m (named by DIAG_LIB)", name);
	return false;
}

bool
locate_library(char path[PATH_MAX])
{
	const char *name = getenv("DIAG_LIB");

	if (name != NULL && name[0] != '\0') {
		if (!named_by_user(path, name))
			return false;
	} else if (!search(path)) {
		say("libdiag.so: not found in %s nor beside this command "
		    "(DIAG_LIB can name it)", DIAG_LIBDIR);
		return false;
	}
	if (strpbrk(path, separators) == NULL)
		return true;
	say("%s: the loader cannot preload a path with a space or a colon",
	    path);
	return false;
}

static bool
is_ours(const char *entry, size_t len)
{
	const char *slash = memrchr(entry, '/', len);
	const char *base = slash == NULL ? entry : slash + 1;
	size_t base_len = (size_t)(entry + len - base);
	static const char name[] = "libdiag.so";

	if (base_len < strlen(name) || memcmp(base, name, strlen(name)) != 0)
		return false;
	/* libdiag.so and libdiag.so.0, not libdiag.sorry */
	return base_len == strlen(name) || base[strlen(name)] == '.';
}

char *
locate_preload_with(const char *library, const char *old)
{
	char *rest = locate_preload_without(old);
	char *all = NULL;

	if (rest == NULL)
		return NULL;
	if (asprintf(&all, "%s%s%s", library, rest[0] != '\0' ? ":" : "",
	    rest) < 0)
		all = NULL;
	free(rest);
	return all;
}

char *
locate_preload_without(const char *old)
{
	if (old == NULL)
		old = "";

	char *kept = calloc(1, strlen(old) + 1);
	size_t used = 0;

	if (kept == NULL)
		return NULL;
	while (*old != '\0') {
		size_t len = strcspn(old, separators);

		if (len > 0 && !is_ours(old, len)) {
			if (used > 0)
				kept[used++] = ':';
			memcpy(kept + used, old, len);
			used += len;
		}
		old += len;
		old += strspn(old, separators);
	}
	return kept;
}
