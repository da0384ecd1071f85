/*
 * bufclean - text of the host's, made safe to print on one line.
 */
#include <string.h>

#include "common/base/buf.h"

/* The length of the UTF-8 sequence that @lead begins, 0 when it begins none.
 * *@min is the smallest code point that needs this many bytes. */
static size_t
sequence_length(unsigned char lead, uint32_t *min)
{
	if (lead >= 0xc2 && lead <= 0xdf) {
		*min = 0x80;
		return 2;
	}
	if (lead >= 0xe0 && lead <= 0xef) {
		*min = 0x800;
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		*min = 0x10000;
		return 4;
	}
	return 0;
}

/* True for code points that a terminal does not obey: no controls, no line
 * separators, no marks that turn the direction of the text around. */
static bool
is_harmless(uint32_t c)
{
	if (c < 0xa0 || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return false;
	if (c >= 0x200e && c <= 0x200f)
		return false;
	if (c >= 0x2028 && c <= 0x202e)
		return false;
	return !(c >= 0x2066 && c <= 0x2069);
}

/* The length of the printable UTF-8 character at @s, of at most @n bytes; 0
 * when there is none. */
static size_t
printable_length(const unsigned char *s, size_t n)
{
	uint32_t min = 0;
	uint32_t c;
	size_t len;

	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	len = sequence_length(s[0], &min);
	if (len == 0 || len > n)
		return 0;
	c = s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	return c >= min && is_harmless(c) ? len : 0;
}

void
buf_clean(struct buf *b, const char *s, size_t max)
{
	size_t n = s == NULL ? 0 : strnlen(s, max);

	for (size_t i = 0, len; i < n; i += len) {
		const unsigned char *at = (const unsigned char *)s + i;
		bool ok;

		len = printable_length(at, n - i);
		ok = len != 0;
		if (!ok)
			len = 1;
		/* A character goes in whole or not at all. */
		if (b->cap - b->len < (ok ? len : 4)) {
			b->cut = true;
			return;
		}
		if (ok) {
			buf_bytes(b, at, len);
		} else {
			buf_str(b, "\\x");
			buf_hex(b, *at, 2);
		}
	}
}
