/*
 * scan - what is left of a line, and what can be taken off its front.
 */
#include "tool/base/scan.h"

#include <string.h>

bool
scan_take(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if (scan_len(s) < len || memcmp(s->at, word, len) != 0)
		return false;
	s->at += len;
	return true;
}

bool
scan_is_digit(const struct scan *s)
{
	return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

bool
scan_is_at_end(const struct scan *s)
{
	return s->at == s->end;
}

size_t
scan_len(const struct scan *s)
{
	return (size_t)(s->end - s->at);
}
