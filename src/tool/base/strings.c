/*
 * strings - equal strings kept once, each with a number.
 */
#include "tool/base/strings.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "tool/base/alloc.h"

void
strings_start(struct strings *s)
{
	*s = (struct strings){ 0 };
	index_start(&s->index);
	s->text = alloc_room(s->text, 0, &s->cap, sizeof(*s->text));
	s->text[s->used++] = alloc_text("", 0);
}

void
strings_drop(struct strings *s)
{
	for (size_t i = 0; i < s->used; i++)
		free(s->text[i]);
	free(s->text);
	index_drop(&s->index);
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

static uint64_t
hash_of(const void *owner, uint32_t number)
{
	const struct strings *s = owner;

	return strings_hash(s->text[number], strlen(s->text[number]));
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
	index_room(&s->index, s->used, hash_of, s);

	const struct index *x = &s->index;
	size_t at = index_home(x, strings_hash(text, len));

	for (; x->table[at] != 0; at = index_next(x, at))
		if (is_equal(s->text[x->table[at]], text, len))
			return x->table[at];
	s->text = alloc_room(s->text, s->used, &s->cap, sizeof(*s->text));
	s->text[s->used] = alloc_text(text, len);
	x->table[at] = (uint32_t)s->used;
	return (uint32_t)s->used++;
}

uint32_t
strings_add_clean(struct strings *s, const char *text, size_t len)
{
	enum { PER_BYTE = 4 };	/* as buf_clean() writes them */
	uint32_t id;
	struct buf b = { .cap = strnlen(text, len) * PER_BYTE };

	b.data = alloc_zeroed(b.cap + 1, 1);
	buf_clean(&b, text, len);
	id = strings_add(s, b.data, b.len);
	free(b.data);
	return id;
}

const char *
strings_get(const struct strings *s, uint32_t id)
{
	return s->text[id];
}
