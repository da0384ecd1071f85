/*
 * tapechunks - the chunks of a tape, by threads and in their order.
 */
#include "tool/report/tapechunks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"

/* So much of the file is looked at before its memory is given back. */
#define STRETCH ((uint64_t)64 * MIB)

static const struct tape_chunk *
chunk_at(const struct tapechunks *t, uint64_t offset)
{
	return (const void *)(t->data + offset);
}

const struct tape_chunk *
tapechunks_get(const struct tapechunks *t, const struct tapechunk *c)
{
	return c->copy != NULL ? c->copy : chunk_at(t, c->offset);
}

static struct tapechunk *
add_chunk(struct tapechunks *t, uint64_t offset)
{
	const struct tape_chunk *c = chunk_at(t, offset);

	t->all = alloc_room(t->all, t->n, &t->cap, sizeof(*t->all));
	t->all[t->n] = (struct tapechunk){
		.offset = offset,
		.thread = c->thread,
		.seq = c->seq,
	};
	return &t->all[t->n++];
}

/* The first @size bytes of the chunk at @offset, as one that is so long. */
static struct tape_chunk *
copy_of(const struct tapechunks *t, uint64_t offset, size_t size)
{
	struct tape_chunk *copy = (struct tape_chunk *)(void *)alloc_text(
	    (const char *)chunk_at(t, offset), size);

	copy->size = (uint32_t)size;
	return copy;
}

/* Would the chunk be a good one if @room were more? */
static bool
is_cut(const struct tape_chunk *c, size_t room)
{
	return room >= sizeof(*c) && c->size > room &&
	    tape_chunk_is_good(c, TAPE_CHUNK_MAX);
}

/* Gives back what lies between *@from and @to, when it is much or @all: the
 * system maps sixteen pages for each that is looked at. */
static void
give_back(const struct tapechunks *t, uint64_t *from, uint64_t to, bool all)
{
	if (!all && to - *from < STRETCH)
		return;
	madvise((void *)(uintptr_t)(t->data + *from), to - *from,
	    MADV_DONTNEED);
	*from = to;
}

/* After bytes that are no chunk, the next unit that begins like one is taken
 * for one. */
static void
find_all(struct tapechunks *t, bool short_file)
{
	uint64_t offset = TAPE_UNIT, kept = 0;
	bool in_damage = false;

	while (offset < t->len) {
		const struct tape_chunk *c = chunk_at(t, offset);
		size_t room = t->len - offset;

		if (short_file && is_cut(c, room)) {
			add_chunk(t, offset)->copy = copy_of(t, offset, room);
			return;
		}
		if (!tape_chunk_is_good(c, room)) {
			t->damaged += c->magic != 0 && !in_damage;
			in_damage = c->magic != 0;
			offset += TAPE_UNIT;
			continue;
		}
		in_damage = false;
		add_chunk(t, offset);
		offset += c->size;
		give_back(t, &kept, offset, false);
	}
	give_back(t, &kept, t->len, true);
}

static int
compare_chunks(const void *a, const void *b)
{
	const struct tapechunk *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static size_t
length_of(const struct tape_chunk *chunk)
{
	struct tape_cursor cur;
	struct tape_record x;

	tape_cursor_begin(&cur, chunk);
	while (tape_next_other(&cur, &x))
		;
	return (size_t)(cur.at - (const uint8_t *)chunk);
}

/* Puts @c behind those that are in order; returns whether a number is left out
 * between them. */
static bool
keep(struct tapechunks *t, size_t *n, const struct tapechunk *c)
{
	const struct tapechunk *last = *n > 0 ? &t->all[*n - 1] : NULL;
	uint32_t expected = 0;

	if (last != NULL && last->thread == c->thread)
		expected = last->seq + 1;
	t->all[(*n)++] = *c;
	return c->seq != expected;
}

/* Puts the chunks in the order of threads and numbers.  Who was killed while
 * it put a copy of its chunk at the file's end, or while it emptied the chunk
 * behind it, has both; the longer one is whole. */
static void
sort_chunks(struct tapechunks *t)
{
	size_t n = 0;

	if (t->n > 1)
		qsort(t->all, t->n, sizeof(*t->all), compare_chunks);
	for (size_t i = 0; i < t->n; i++) {
		struct tapechunk c = t->all[i];

		if (n == 0 || compare_chunks(&c, &t->all[n - 1]) != 0) {
			t->missing += keep(t, &n, &c);
		} else if (length_of(tapechunks_get(t, &c)) >
		    length_of(tapechunks_get(t, &t->all[n - 1]))) {
			free(t->all[n - 1].copy);
			t->all[n - 1] = c;
		} else {
			free(c.copy);
		}
	}
	t->n = n;
}

void
tapechunks_find(struct tapechunks *t, uint64_t end)
{
	t->damaged = t->missing = 0;
	find_all(t, end > t->len);
	sort_chunks(t);
}

bool
tapechunks_copy_last(struct tapechunks *t)
{
	bool same = true;

	for (size_t i = 0; i < t->n; i++) {
		struct tapechunk *c = &t->all[i];
		const struct tape_chunk *now = chunk_at(t, c->offset);
		size_t used;

		if (i > 0 && c->thread == c[-1].thread)
			same &= c->seq == c[-1].seq + 1;
		if (i + 1 < t->n && c[1].thread == c->thread)
			continue;
		if (c->copy != NULL)
			continue;
		used = length_of(now);
		c->copy = copy_of(t, c->offset, used);
		same &= c->copy->seq == c->seq && length_of(now) >= used &&
		    __atomic_load_n(&now->seq, __ATOMIC_ACQUIRE) == c->seq;
	}
	return same;
}

void
tapechunks_drop(struct tapechunks *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->all[i].copy);
	free(t->all);
	t->all = NULL;
	t->n = t->cap = 0;
}
