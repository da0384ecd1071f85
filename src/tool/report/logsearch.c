/*
 * logsearch - finds our record in a line that begins with somebody else's
 * text.
 */
#include "tool/report/logsearch.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/attrs.h"

/* Nobody puts more before a line. */
enum { BEFORE_MAX = 256 };

/* Would chance make a line of this kind? */
static bool
is_particular(const struct logline *l)
{
	switch (l->kind) {
	case LINE_ALLOC:
	case LINE_FREE:
	case LINE_LEAKS:
	case LINE_LEAK:
	case LINE_PERIOD:
	case LINE_DETAIL:
		return true;
	case LINE_FRAME:
		return l->module.len > 0;
	case LINE_MODULE:
		return l->build_id.len > 0;
	case LINE_STATS:
		return memmem(l->text.at, l->text.len, "diag.MemStats", 13) !=
		    NULL;
	default:
		return l->pid != 0 && l->kind != LINE_OTHER;
	}
}

/* May a record begin at @at, of which there are two bytes? */
static bool
begins_one(const char *at)
{
	static const char seconds[256] = {
		['t'] = 'r', ['s'] = 't', ['m'] = 'o', ['g'] = 'c',
		['S'] = 'C', ['P'] = 'O', ['d'] = 'i', ['#'] = ' ',
		[' '] = ' ',
	};
	unsigned char first = (unsigned char)at[0];

	if (first == 'l')	/* leak, lost */
		return at[1] == 'e' || at[1] == 'o';
	return first == '\t' || (seconds[first] != '\0' &&
	    seconds[first] == at[1]);
}

static bool
is_in_a_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* Where a record begins that stands behind a blank or a mark; 0: nowhere. */
static size_t
find_apart(const char *line, size_t len, struct logline *out)
{
	size_t most = MIN(len, BEFORE_MAX);

	for (size_t at = 1; at + 1 < most; at++) {
		if (!begins_one(line + at) ||
		    (line[at] != '\t' && is_in_a_word(line[at - 1])))
			continue;
		logline_parse(line + at, len - at, out);
		if (is_particular(out))
			return at;
	}
	return 0;
}

/* The same, but anywhere: what a program writes without a newline ends as it
 * likes. */
static size_t
find_anywhere(const char *line, size_t len, struct logline *out)
{
	static const char *const begins[] = {
		"tracealloc(0x", "tracefree(0x", "SCHED ", "POOL "
	};

	for (size_t i = 0; i < ARRAY_LEN(begins); i++) {
		const char *found = memmem(line, len, begins[i],
		    strlen(begins[i]));

		if (found == NULL)
			continue;

		const char *prefix = memmem(line, (size_t)(found - line),
		    "diag[", 5);
		size_t at = (size_t)((prefix != NULL ? prefix : found) - line);

		logline_parse(line + at, len - at, out);
		if (out->kind != LINE_OTHER)
			return at;
	}
	return 0;
}

size_t
logsearch(const char *line, size_t len, struct logline *out)
{
	size_t at = find_apart(line, len, out);

	if (at == 0)
		at = find_anywhere(line, len, out);
	if (at == 0)
		out->kind = LINE_OTHER;
	return at;
}
