/*
 * suppress - leaks that are known and not to be reported.
 */
#include "tool/report/suppress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/report/alloc.h"

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
 * stream itself comes from fopen(). */
void
suppress_standard(struct suppress *s)
{
	add_rule(s, "_IO_file_doallocate");
}

static bool
add_line(struct suppress *s, char *line)
{
	static const char kind[] = "leak:";

	line += strspn(line, " \t");
	line[strcspn(line, "\r\n")] = '\0';
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
