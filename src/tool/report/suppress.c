/*
 * suppress - leaks that are known and not to be reported.
 */
#include "tool/report/suppress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"

/* Finds the @len bytes at @piece in @text, which is anchored or not. */
static const char *
find_piece(const char *text, const char *piece, size_t len, bool anchored)
{
	if (!anchored)
		return memmem(text, strlen(text), piece, len);
	return strncmp(text, piece, len) == 0 ? text : NULL;
}

/* The pieces between stars are found from left to right; only the last one
 * can be tied to the end. */
bool
suppress_pattern_matches(const char *pattern, const char *text)
{
	bool anchored = *pattern == '^';

	pattern += anchored;
	for (;;) {
		size_t len = strcspn(pattern, "*$");

		if (pattern[len] == '$' && pattern[len + 1] == '\0') {
			size_t left = strlen(text);

			if (anchored)
				return left == len &&
				    memcmp(text, pattern, len) == 0;
			return left >= len &&
			    memcmp(text + left - len, pattern, len) == 0;
		}
		if (pattern[len] == '$')
			len++; /* a dollar in the middle is itself */
		text = find_piece(text, pattern, len, anchored);
		if (text == NULL)
			return false;
		text += len;
		pattern += len;
		if (*pattern == '\0')
			return true;
		anchored = *pattern != '*';
		pattern += !anchored;
	}
}

static void
add_rule(struct suppress *s, const char *pattern)
{
	s->rules = alloc_room(s->rules, s->n, &s->cap, sizeof(*s->rules));
	s->rules[s->n++] = (struct suppress_rule){
		.pattern = alloc_text(pattern, strlen(pattern)),
	};
}

/* A stream that the program opened and never closed is still a leak: the
 * stream itself comes from fopen().  Where only exported symbols are known,
 * the function that the program called must do; names are those without
 * underscores and "GI_". */
static const char *const kept_by_libc[] = {
	"^IO_file_doallocate$",		/* buffers of stdout and the like */
	"^dl_", "^dlopen",		/* objects; dtv of cached stacks */
	"^setlocale$", "^nl_", "^ctype_", "^textdomain$",
	"^bindtextdomain$", "^dc*gettext", "^gconv",
	"^tz", "^localtime", "^mktime$", "^timelocal$", "^strftime",
	"^setenv$", "^putenv$", "^add_to_environ$",
	"^cxa_atexit$", "^new_exitfn$", "^on_exit$",
	"^pthread_setspecific$", "^backtrace$",
	"^nss_", "^getpw", "^getgr", "^res_", "^resolv_",
};

void
suppress_standard(struct suppress *s)
{
	add_rule(s, "_IO_file_doallocate");
}

bool
suppress_is_libc(const char *module)
{
	static const char *const begins[] = {
		"libc.so", "libc-", "ld-linux", "ld-", "ld.so", "libpthread",
		"libdl"
	};
	const char *slash = strrchr(module, '/');
	const char *name = slash != NULL ? slash + 1 : module;

	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (strncmp(name, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

bool
suppress_is_kept(const char *function)
{
	function += strspn(function, "_");
	if (strncmp(function, "GI_", 3) == 0)
		function += 3;
	function += strspn(function, "_");
	for (size_t i = 0; i < ARRAY_LEN(kept_by_libc); i++)
		if (suppress_pattern_matches(kept_by_libc[i], function))
			return true;
	return false;
}

static bool
add_line(struct suppress *s, char *line)
{
	static const char kind[] = "leak:";
	size_t len;

	line += strspn(line, " \t");
	for (len = strlen(line); len > 0 &&
	    strchr(" \t\r\n", line[len - 1]) != NULL; len--)
		line[len - 1] = '\0';
	if (line[0] == '\0' || line[0] == '#')
		return true;
	if (strncmp(line, kind, strlen(kind)) != 0)
		return false;
	line += strlen(kind);
	if (line[0] == '\0')
		return false;
	add_rule(s, line);
	return true;
}

int
suppress_read(struct suppress *s, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	int number = 0, bad = 0;

	if (f == NULL)
		return -errno;
	errno = 0;
	while (bad == 0 && getline(&line, &cap, f) >= 0) {
		number++;
		if (!add_line(s, line))
			bad = number;
	}
	if (bad == 0 && ferror(f))
		bad = errno != 0 ? -errno : -EIO;
	free(line);
	fclose(f);
	return bad;
}

void
suppress_drop(struct suppress *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->rules[i].pattern);
	free(s->rules);
	*s = (struct suppress){ 0 };
}

struct suppress_rule *
suppress_match(const struct suppress *s, const char *text)
{
	for (size_t i = 0; i < s->n; i++)
		if (suppress_pattern_matches(s->rules[i].pattern, text))
			return &s->rules[i];
	return NULL;
}
