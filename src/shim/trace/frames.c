/*
 * frames - a stack as lines of text.
 */
#include "shim/trace/frames.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/lock.h"
#include "common/base/mem.h"
#include "common/symbol/symbol.h"
#include "shim/stack/stack.h"
#include "shim/trace/objects.h"

enum {
	TABLE_FIRST = 4096,	/* places; a power of two */
	LINE_SPACE = 2300,	/* of one line */
	NAME_SHOWN = 2000,	/* bytes of a name; longer ones end in "..." */
	NAME_READ = NAME_SHOWN + 1,
	NOTE_SPACE = 64,	/* for the line on what was left out */
};

/* The line of a return address. */
struct line {
	struct object *object;
	uint32_t since;		/* the first stack it is true for */
	uint32_t len;
	char text[];
};

struct place {
	_Atomic uintptr_t pc;	/* 0: free */
	struct line *_Atomic line;
};

struct table {
	size_t mask;		/* places - 1 */
	size_t used;		/* under the lock */
	struct place place[];
};

static struct table *_Atomic table;
static struct lock lock;	/* entering lines, growing the table */

static struct table *
make_table(size_t places)
{
	struct table *t = mem_map(sizeof(*t) + places * sizeof(t->place[0]));

	if (t != NULL)
		t->mask = places - 1;
	return t;
}

int
frames_start(void)
{
	struct table *t;

	if (table != NULL)
		return 0;
	t = make_table(TABLE_FIRST);
	if (t == NULL)
		return -ENOMEM;
	table = t;
	return 0;
}

static ALWAYS_INLINE size_t
hash(uintptr_t pc)
{
	return (size_t)((pc * 0x9e3779b97f4a7c15ull) >> 32);
}

/* The place of @pc, or the free one where it belongs. */
static ALWAYS_INLINE struct place *
place_of(struct table *t, uintptr_t pc)
{
	size_t i = hash(pc) & t->mask;

	for (;;) {
		uintptr_t there = atomic_load_explicit(&t->place[i].pc,
		    memory_order_acquire);

		if (there == pc || there == 0)
			return &t->place[i];
		i = (i + 1) & t->mask;
	}
}

/* A table twice as large takes over.  The old one stays: readers may be in
 * it.  All old ones together are as large as the new one. */
static struct table *
grow(struct table *t)
{
	struct table *twice = make_table(2 * (t->mask + 1));

	if (twice == NULL)
		return NULL;
	for (size_t i = 0; i <= t->mask; i++) {
		struct place *to;

		if (t->place[i].pc == 0)
			continue;
		to = place_of(twice, t->place[i].pc);
		to->line = t->place[i].line;
		to->pc = t->place[i].pc;
	}
	twice->used = t->used;
	atomic_store_explicit(&table, twice, memory_order_release);
	return twice;
}

static void
remember(uintptr_t pc, struct line *line)
{
	struct table *t;
	struct place *p;

	if (!lock_try(&lock))
		return; /* another time */
	t = table;
	if (t->used * 2 > t->mask)
		t = grow(t);
	if (t != NULL) {
		p = place_of(t, pc);
		t->used += p->pc == 0;
		atomic_store_explicit(&p->line, line, memory_order_release);
		atomic_store_explicit(&p->pc, pc, memory_order_release);
	}
	lock_give(&lock);
}

/* Writes the line of @pc in @m (NULL: in no object).  Returns false when the
 * name may be known later. */
static bool
write_line(struct buf *b, uintptr_t pc, struct object *m)
{
	struct symbol_file *f = m != NULL ? objects_symbols(m) : NULL;
	uint64_t addr = m != NULL ? pc - m->bias : pc;
	uint64_t start = 0;
	const char *name = NULL;

	buf_char(b, '\t');
	if (f != NULL)
		name = symbol_find(f, addr - 1, &start);
	if (name != NULL) {
		size_t len = strnlen(name, NAME_READ);

		objects_write_word(b, name, NAME_SHOWN);
		if (len > NAME_SHOWN)
			buf_str(b, "...");
		buf_str(b, "+0x");
		buf_hex(b, addr - start, 0);
		buf_char(b, ' ');
	}
	buf_char(b, '(');
	buf_str(b, m != NULL ? m->name : "?");
	buf_str(b, "+0x");
	buf_hex(b, addr, 0);
	buf_str(b, ")\n");
	return m != NULL && m->symbols_tried;
}

/* Finds out about a frame, and keeps the line if it will stay true. */
static COLD size_t
ask(struct buf *b, uintptr_t pc, uint32_t stack)
{
	struct object *m = objects_find(pc - 1, stack);
	size_t before = b->len;
	struct line *line;
	bool known;

	if (m != NULL)
		objects_announce(m);
	/* A wrapper of ours between two frames of the host's is not shown. */
	known = m != NULL && m->ours ? true : write_line(b, pc, m);
	if (!known || b->cut || m->last_stack != UINT32_MAX)
		return b->len - before;
	line = mem_forever(sizeof(*line) + b->len - before);
	if (line == NULL)
		return b->len - before;
	line->object = m;
	line->since = objects_changed_at(pc - 1);
	line->len = (uint32_t)(b->len - before);
	memcpy(line->text, b->data + before, line->len);
	remember(pc, line);
	return line->len;
}

/* The kept line of @pc as stack @stack means it, when its module's line is
 * written too. */
static ALWAYS_INLINE const struct line *
kept_line(struct table *t, uintptr_t pc, uint32_t stack, uint32_t generation)
{
	const struct place *p = place_of(t, pc);
	const struct line *line;

	if (atomic_load_explicit(&p->pc, memory_order_relaxed) != pc)
		return NULL;
	line = atomic_load_explicit(&p->line, memory_order_acquire);
	if (line->since > stack ||
	    atomic_load_explicit(&line->object->ready,
	    memory_order_relaxed) != generation)
		return NULL;
	return line;
}

static void
write_left_out(struct buf *b, unsigned frames)
{
	buf_str(b, "\t... ");
	buf_u64(b, frames);
	buf_str(b, " frames left out\n");
}

size_t
frames_text(char *to, size_t cap, uint32_t stack, struct frames_room *room)
{
	struct buf b = { .data = to, .cap = cap };
	struct table *t = atomic_load_explicit(&table, memory_order_acquire);
	uint32_t generation = objects_generation();
	bool cut = false;
	unsigned n = stack_frames(stack, room->pc, ARRAY_LEN(room->pc), &cut);
	unsigned i;

	for (i = 0; i < n && i < ARRAY_LEN(room->pc); i++) {
		const struct line *line = kept_line(t, room->pc[i], stack,
		    generation);
		size_t left = b.cap - b.len, before = b.len;

		if (likely(line != NULL && line->len + NOTE_SPACE <= left)) {
			memcpy(b.data + b.len, line->text, line->len);
			b.len += line->len;
			continue;
		}
		if (line == NULL && left > NOTE_SPACE + LINE_SPACE) {
			ask(&b, room->pc[i], stack);
			continue;
		}
		if (line != NULL || left <= NOTE_SPACE)
			break;
		/* A short line may still fit. */
		b.cap -= NOTE_SPACE;
		ask(&b, room->pc[i], stack);
		b.cap += NOTE_SPACE;
		if (b.cut) {
			b.len = before;
			break;
		}
	}
	if (i < n)
		write_left_out(&b, n - i);
	else if (cut)
		buf_str(&b, "\t... cut\n");
	return b.len;
}

void
frames_after_fork_child(void)
{
	lock_reset(&lock);
}
