/*
 * collector - what a collector of logs put before each line.
 */
#include "tool/report/collector.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/base/scan.h"
#include "tool/report/logsearch.h"

/* A prefix's shape: each number is one 0, blanks are one.  Takes what is one
 * character of it off @r; 0: there is none. */
static char
take_shape(struct scan *r)
{
	if (scan_is_at_end(r))
		return '\0';
	if (scan_is_digit(r)) {
		while (scan_is_digit(r))
			r->at++;
		return '0';
	}
	if (*r->at != ' ')
		return *r->at++;
	while (scan_take(r, " "))
		;
	return ' ';
}

static void
learn(struct collector *c, const char *line, size_t len)
{
	struct scan r = { line, line + len };

	for (c->len = 0; c->len < sizeof(c->shape); c->len++) {
		c->shape[c->len] = take_shape(&r);
		if (c->shape[c->len] == '\0')
			return;
	}
	c->len = 0;
}

/* Takes a prefix of the known shape off.  A blank at its end may be missing
 * where nothing follows, and only one is its own. */
static bool
take_known(const struct collector *c, struct scan *r)
{
	struct scan p = *r;

	for (size_t i = 0; i < c->len; i++) {
		bool last = i + 1 == c->len;

		if (last && c->shape[i] == ' ' && scan_is_at_end(&p))
			break;
		if (last && c->shape[i] == ' ') {
			if (!scan_take(&p, " "))
				return false;
		} else if (take_shape(&p) != c->shape[i]) {
			return false;
		}
	}
	*r = p;
	return c->len > 0;
}

/* Four digits of a character's number. */
static bool
take_code(struct scan *r, uint32_t *code)
{
	*code = 0;
	for (unsigned i = 0; i < 4; i++, r->at++) {
		static const char digits[] = "0123456789abcdef";
		const char *d = scan_is_at_end(r) || *r->at == '\0' ? NULL :
		    strchr(digits, *r->at | (*r->at >= 'A' ? 0x20 : 0));

		if (d == NULL)
			return false;
		*code = *code << 4 | (uint32_t)(d - digits);
	}
	return true;
}

/* As UTF-8.  Halves of a pair become three bytes each: we write no such
 * characters. */
static char *
put_code(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3f));
	} else {
		*to++ = (char)(0xe0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	}
	return to;
}

/* What stands behind a backslash. */
static char *
put_escaped(struct scan *r, char *to)
{
	static const char from[] = "nrtbf", into[] = "\n\r\t\b\f";
	const char *known;
	uint32_t code;

	if (scan_is_at_end(r))
		return NULL;
	if (scan_take(r, "u"))
		return take_code(r, &code) ? put_code(to, code) : NULL;
	known = *r->at == '\0' ? NULL : strchr(from, *r->at);
	*to++ = known != NULL ? into[known - from] : *r->at;
	r->at++;
	return to;
}

/* The string that @r is in, up to its quote: it is never longer than it is
 * written.  False when it has no end. */
static bool
take_string(struct collector *c, struct scan *r, size_t *len)
{
	char *to;

	if (c->room < scan_len(r)) {
		free(c->text);
		c->room = scan_len(r) * 2;
		c->text = alloc_zeroed(c->room, 1);
	}
	for (to = c->text; !scan_take(r, "\"");) {
		if (scan_is_at_end(r))
			return false;
		if (scan_take(r, "\\")) {
			to = put_escaped(r, to);
			if (to == NULL)
				return false;
		} else {
			*to++ = *r->at++;
		}
	}
	*len = (size_t)(to - c->text);
	return true;
}

/* Takes all up to the inside of the string that has the name @key off. */
static bool
take_to_value(struct scan *r, const char *key)
{
	const char *found = memmem(r->at, scan_len(r), key, strlen(key));
	struct scan p;

	if (found == NULL)
		return false;
	p = (struct scan){ found + strlen(key), r->end };
	while (scan_take(&p, " "))
		;
	if (!scan_take(&p, "\""))
		return false;
	*r = p;
	return true;
}

/* The line in a JSON object, under a name that docker, journalctl and others
 * give it. */
static void
unwrap(struct collector *c, struct scan *r)
{
	static const char *const keys[] = {
		"\"log\":", "\"MESSAGE\":", "\"message\":", "\"msg\":",
	};
	struct scan in = *r;
	size_t len, i = 0;

	if (scan_is_at_end(r) || *r->at != '{')
		return;
	while (i < ARRAY_LEN(keys) && !take_to_value(&in, keys[i]))
		i++;
	if (i == ARRAY_LEN(keys) || !take_string(c, &in, &len))
		return;
	while (len > 0 && (c->text[len - 1] == '\n' ||
	    c->text[len - 1] == '\r'))
		len--;
	*r = (struct scan){ c->text, c->text + len };
}

void
collector_parse(struct collector *c, const char *line, size_t len,
    struct logline *out)
{
	struct scan r = { line, line + len };
	size_t before;
	bool known;

	unwrap(c, &r);
	logline_parse(r.at, scan_len(&r), out);
	if (out->kind != LINE_OTHER)
		return;

	known = take_known(c, &r);
	if (known)
		logline_parse(r.at, scan_len(&r), out);
	if (out->kind != LINE_OTHER)
		return;
	before = logsearch(r.at, scan_len(&r), out);
	if (before > 0 && !known && out->kind != LINE_BROKEN)
		learn(c, r.at, before);
}

void
collector_drop(struct collector *c)
{
	free(c->text);
	*c = (struct collector){ 0 };
}
