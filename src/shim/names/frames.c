/*
 * frames - a stack as lines of text.
 */
#include "shim/names/frames.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/lock.h"
#include "common/base/mem.h"
#include "common/symbol/symbol.h"
#include "shim/names/objects.h"
#include "shim/stack/stack.h"

enum {
	TABLE_FIRST = 4096,	/* places; a power of two */
	LINE_SPACE = 2300,	/* of one line */
	NAME_SHOWN = 2000,	/* bytes of a name; longer ones end in "..." */
	NAME_READ = NAME_SHOWN + 1,
	NOTE_SPACE = 64,	/* for the line on what was left out */
};

/* The line of a place. */
struct line {
	struct object *object;
	uint32_t len;
	char text[];
};

struct place {
	_Atomic uint64_t where;	/* pc, module's number << 48; 0: free */
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
hash(uint64_t where)
{
	return (size_t)((where * 0x9e3779b97f4a7c15ull) >> 32);
}

static ALWAYS_INLINE uint64_t
where_of(uintptr_t pc, uint32_t module)
{
	return pc | (uint64_t)module << 48;
}

/* The entry of @where, or the free one where it belongs. */
static ALWAYS_INLINE struct place *
place_of(struct table *t, uint64_t where)
{
	size_t i = hash(where) & t->mask;

	for (;;) {
		uint64_t there = atomic_load_explicit(&t->place[i].where,
		    memory_order_acquire);

		if (there == where || there == 0)
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

		if (t->place[i].where == 0)
			continue;
		to = place_of(twice, t->place[i].where);
		to->line = t->place[i].line;
		to->where = t->place[i].where;
	}
	twice->used = t->used;
	atomic_store_explicit(&table, twice, memory_order_release);
	return twice;
}

static void
remember(uint64_t where, struct line *line)
{
	struct table *t;
	struct place *p;
	uint64_t mask;

	if (!lock_take_masked(&lock, LOCK_IF_FREE, &mask))
		return; /* another time */
	t = table;
	if (t->used * 2 > t->mask)
		t = grow(t);
	if (t != NULL) {
		p = place_of(t, where);
		t->used += p->where == 0;
		atomic_store_explicit(&p->line, line, memory_order_release);
		atomic_store_explicit(&p->where, where, memory_order_release);
	}
	lock_give_masked(&lock, &mask);
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

static bool
is_module(const struct object *m, const struct stack_module *mod)
{
	return m != NULL && m->start == mod->start && m->end == mod->end &&
	    m->bias == mod->bias && (strchr(mod->name, '/') == NULL ||
	    strcmp(m->loader_name, mod->name) == 0);
}

/* The object that was @pc's module when @stack was captured.  The numbers of
 * modules are never wrong; that an object went away, libc can hide from us. */
static struct object *
object_of(uintptr_t pc, const struct stack_module *mod, uint32_t stack)
{
	struct object *m = objects_find(pc - 1, stack);

	if (m == NULL || is_module(m, mod))
		return m;
	objects_after_close();
	m = objects_find(pc - 1, stack);
	if (!is_module(m, mod))
		m = objects_find(pc - 1, stack_limit());
	return is_module(m, mod) ? m : NULL;
}

/* A place in an object that is known by its path alone. */
static void
write_path_line(struct buf *b, uintptr_t pc, const struct stack_module *mod)
{
	const char *slash = strrchr(mod->name, '/');

	buf_str(b, "\t(");
	objects_write_word(b, slash != NULL ? slash + 1 : mod->name,
	    NAME_SHOWN);
	buf_str(b, "+0x");
	buf_hex(b, pc - mod->bias, 0);
	buf_str(b, ")\n");
}

/* It is kept, and its module's line could not be written yet. */
static bool
is_kept(uint64_t where, const struct object *m)
{
	const struct place *p = place_of(atomic_load_explicit(&table,
	    memory_order_acquire), where);

	return atomic_load_explicit(&p->where, memory_order_acquire) == where &&
	    atomic_load_explicit(&p->line, memory_order_acquire)->object == m;
}

static void
keep_line(uint64_t where, struct object *m, const char *text, size_t len)
{
	struct line *line;

	if (is_kept(where, m))
		return;
	line = mem_forever(sizeof(*line) + len);
	if (line == NULL)
		return;
	line->object = m;
	line->len = (uint32_t)len;
	memcpy(line->text, text, len);
	remember(where, line);
}

/* Finds out about a frame, and keeps the line if it will stay true. */
static COLD void
ask(struct buf *b, uintptr_t pc, uint32_t module, uint32_t stack)
{
	struct stack_module mod;
	bool known = stack_module(module, &mod);
	struct object *m = known ? object_of(pc, &mod, stack) : NULL;
	size_t before = b->len;

	if (m == NULL) {
		if (known)
			write_path_line(b, pc, &mod);
		else
			write_line(b, pc, NULL);
		return;
	}
	objects_announce(m);
	/* A wrapper of ours between two frames of the host's is not shown. */
	if ((m->ours || write_line(b, pc, m)) && !b->cut)
		keep_line(where_of(pc, module), m, b->data + before,
		    b->len - before);
}

/* The kept line of @where, when its module's line is written too. */
static ALWAYS_INLINE const struct line *
kept_line(struct table *t, uint64_t where, uint32_t generation)
{
	const struct place *p = place_of(t, where);
	const struct line *line;

	if (atomic_load_explicit(&p->where, memory_order_relaxed) != where)
		return NULL;
	line = atomic_load_explicit(&p->line, memory_order_acquire);
	return atomic_load_explicit(&line->object->ready,
	    memory_order_relaxed) == generation ? line : NULL;
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
	unsigned n = stack_frames_in(stack, room->pc, room->module,
	    ARRAY_LEN(room->pc), &cut);
	unsigned i;

	for (i = 0; i < n && i < ARRAY_LEN(room->pc); i++) {
		const struct line *line = kept_line(t, where_of(room->pc[i],
		    room->module[i]), generation);
		size_t left = b.cap - b.len, before = b.len;

		if (likely(line != NULL && line->len + NOTE_SPACE <= left)) {
			memcpy(b.data + b.len, line->text, line->len);
			b.len += line->len;
			continue;
		}
		if (line == NULL && left > NOTE_SPACE + LINE_SPACE) {
			ask(&b, room->pc[i], room->module[i], stack);
			continue;
		}
		if (line != NULL || left <= NOTE_SPACE)
			break;
		/* A short line may still fit. */
		b.cap -= NOTE_SPACE;
		ask(&b, room->pc[i], room->module[i], stack);
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
