/*
 * strings - equal strings kept once, each with a number.
 */
#include "tool/report/strings.h"

#include <stdlib.h>
#include <string.h>

#include "tool/report/alloc.h"

enum { FIRST_TABLE = 1024 };

void
strings_start(struct strings *s)
{
	*s = (struct strings){ .mask = FIRST_TABLE - 1 };
	s->table = alloc_zeroed(FIRST_TABLE, sizeof(*s->table));
	s->text = alloc_room(s->text, 0, &s->cap, sizeof(*s->text));
	s->text[s->used++] = alloc_text("", 0);
}

void
strings_drop(struct strings *s)
{
	for (size_t i = 0; i < s->used; i++)
		free(s->text[i]);
	free(s->text);
	free(s->table);
	*s = (struct strings){ 0 };
}

/* Eight bytes at a time; what is left, byte by byte. */
uint64_t
strings_hash(const void *p, size_t len)
{
	const unsigned char *at = p;
	uint64_t h = 0x9e3779b97f4a7c15u ^ len;
	uint64_t w;

	for (; len >= sizeof(w); len -= sizeof(w), at += sizeof(w)) {
		memcpy(&w, at, sizeof(w));
		h = (h ^ w) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	for (; len > 0; len--)
		h = (h ^ *at++) * 0x100000001b3u;
	h ^= h >> 29;
	return h * 0xc4ceb9fe1a85ec53u;
}

static size_t
first_place(const struct strings *s, const char *text, size_t len)
{
	return (strings_hash(text, len) >> 20) & s->mask;
}

static void
grow(struct strings *s)
{
	free(s->table);
	s->mask = s->mask * 2 + 1;
	s->table = alloc_zeroed(s->mask + 1, sizeof(*s->table));
	for (size_t i = 1; i < s->used; i++) {
		size_t at = first_place(s, s->text[i], strlen(s->text[i]));

		while (s->table[at] != 0)
			at = (at + 1) & s->mask;
		s->table[at] = (uint32_t)i;
	}
}

static int
is_equal(const char *known, const char *text, size_t len)
{
	return strncmp(known, text, len) == 0 && known[len] == '\0';
}

uint32_t
strings_add(struct strings *s, const char *text, size_t len)
{
	len = strnlen(text, len);
	if (len == 0)
		return 0;
	if (s->used * 2 > s->mask)
		grow(s);

	size_t at = first_place(s, text, len);

	for (; s->table[at] != 0; at = (at + 1) & s->mask)
		if (is_equal(s->text[s->table[at]], text, len))
			return s->table[at];
	s->text = alloc_room(s->text, s->used, &s->cap, sizeof(*s->text));
	s->text[s->used] = alloc_text(text, len);
	s->table[at] = (uint32_t)s->used;
	return (uint32_t)s->used++;
}

const char *
strings_get(const struct strings *s, uint32_t id)
{
	return s->text[id];
}
