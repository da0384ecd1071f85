/*
 * harness_lines - which lines of a mixed output are ours.
 *
 * A line is ours when, without its "diag[PID] " prefix, it matches one of the
 * expressions of tests/golden/formats.ere as a whole; so is the empty line
 * that ends a block of frames.
 */
#include "tests/preload/harness.h"

#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FORMATS = 128, MAX_NAMES = 26, MAX_ERE = 4096 };

static regex_t format[MAX_FORMATS];
static unsigned formats, last_format;	/* the last is tried first */
static char *meaning[MAX_NAMES];	/* of {A} to {Z} */

static void
die(const char *what, const char *detail)
{
	fprintf(stderr, "harness: %s: %s\n", what, detail);
	exit(99);
}

/* True when @s begins with "{X}", X a capital letter. */
static bool
is_name(const char *s)
{
	return s[0] == '{' && isupper((unsigned char)s[1]) && s[2] == '}';
}

/* Copies @ere to @out with every {X} replaced by its meaning. */
static void
expand(const char *ere, char *out, size_t max)
{
	size_t n = 0;

	while (*ere != '\0' && n + 1 < max) {
		const char *part = is_name(ere) ? meaning[ere[1] - 'A'] : NULL;

		if (part == NULL) {
			out[n++] = *ere++;
			continue;
		}
		n += (size_t)snprintf(out + n, max - n, "%s", part);
		ere += 3;
	}
	out[n < max ? n : max - 1] = '\0';
}

static void
add_line(const char *line)
{
	char ere[MAX_ERE] = "^(";
	size_t n = 2;

	if (line[0] == '\0' || strncmp(line, "##", 2) == 0)
		return;
	if (is_name(line) && strncmp(line + 3, " = ", 3) == 0) {
		meaning[line[1] - 'A'] = strdup(line + 6);
		return;
	}
	if (formats == MAX_FORMATS)
		die("too many formats", line);
	expand(line, ere + n, sizeof(ere) - 8);
	strcat(ere, ")$");
	if (regcomp(&format[formats++], ere, REG_EXTENDED | REG_NOSUB) != 0)
		die("bad expression", ere);
}

void
lines_load(const char *path)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	FILE *f = path != NULL ? fopen(path, "r") : NULL;

	if (f == NULL)
		die("DIAG_FORMATS", "names no readable file");
	while ((n = getline(&line, &room, f)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		add_line(line);
	}
	free(line);
	fclose(f);
}

/* Skips "diag[PID] ". */
static const char *
skip_prefix(const char *line)
{
	const char *p = line + 5;

	if (strncmp(line, "diag[", 5) != 0)
		return line;
	p += strspn(p, "0123456789");
	return strncmp(p, "] ", 2) == 0 ? p + 2 : line;
}

static bool
is_ours(const char *line, bool *in_block)
{
	const char *bare = skip_prefix(line);

	if (*bare == '\0' && (*in_block || bare != line)) {
		*in_block = false;
		return true;
	}
	for (unsigned i = 0; i < formats; i++) {
		unsigned n = (i + last_format) % formats;

		if (regexec(&format[n], bare, 0, NULL, 0) != 0)
			continue;
		last_format = n;
		*in_block = *bare != '#';
		return true;
	}
	return false;
}

void
lines_split(const char *text, char **host, char **ours)
{
	size_t host_size, ours_size;
	FILE *theirs = open_memstream(host, &host_size);
	FILE *mine = open_memstream(ours, &ours_size);
	bool in_block = false;

	if (theirs == NULL || mine == NULL)
		die("out of memory", "");
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		char *line = strndup(text, n);

		n += text[n] == '\n';
		fwrite(text, 1, n, is_ours(line, &in_block) ? mine : theirs);
		free(line);
		text += n;
	}
	fclose(theirs);
	fclose(mine);
}

bool
lines_match(const char *text, const char *ere)
{
	regex_t re;
	bool found = false;

	if (regcomp(&re, ere, REG_EXTENDED | REG_NOSUB) != 0)
		die("bad expression", ere);
	while (*text != '\0' && !found) {
		size_t n = strcspn(text, "\n");
		char *line = strndup(text, n);

		found = regexec(&re, skip_prefix(line), 0, NULL, 0) == 0;
		free(line);
		text += n + (text[n] == '\n');
	}
	regfree(&re);
	return found;
}
