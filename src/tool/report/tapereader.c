/*
 * tapereader - a tape (diag-tape(5)) into a model.
 */
#include "tool/report/tapereader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "common/tape/tape.h"
#include "tool/report/alloc.h"
#include "tool/report/bar.h"
#include "tool/report/tapestacks.h"

/* Where a chunk is, and whose. */
struct chunk {
	uint64_t offset, thread;
	uint32_t seq;
};

/* A thread whose next event waits to be the earliest. */
struct lane {
	struct tape_cursor cursor;
	struct tape_event event;
	uint64_t order;		/* of @event among all; see order_of() */
	size_t chunk, end;	/* its chunks: the one being read, behind */
	uint32_t thread;	/* of the model */
};

struct reader {
	struct model *m;
	struct readnotes *notes;
	const uint8_t *data;
	size_t len;
	struct tape_header header;
	double ns_per_stamp;
	struct chunk *chunks;
	size_t n_chunks, c_chunks;
	struct tapestacks stacks;
	struct lane *lanes;	/* a heap: the earliest is first */
	size_t n_lanes, c_lanes;
	struct bar bar;
	uint64_t done;		/* bytes of chunks that were read */
};

bool
tapereader_is_tape(const char *path)
{
	char magic[8];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is;

	if (fd < 0)
		return false;
	is = pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	    memcmp(magic, TAPE_MAGIC, sizeof(magic)) == 0;
	close(fd);
	return is;
}

static const struct tape_chunk *
chunk_at(const struct reader *r, uint64_t offset)
{
	return (const struct tape_chunk *)(const void *)(r->data + offset);
}

/* A tape may be larger than memory: what was read need not stay. */
static void
release_chunk(const struct reader *r, uint64_t offset)
{
	madvise((void *)(uintptr_t)(r->data + offset),
	    chunk_at(r, offset)->size, MADV_DONTNEED);
}

/* Finds the chunks.  After bytes that are no chunk, the next unit that
 * begins like one is taken for one. */
static void
find_chunks(struct reader *r)
{
	uint64_t offset = TAPE_UNIT;
	bool in_damage = false;

	while (offset + TAPE_UNIT <= r->len) {
		const struct tape_chunk *c = chunk_at(r, offset);

		if (!tape_chunk_is_good(c, r->len - offset)) {
			r->notes->damaged += c->magic != 0 && !in_damage;
			in_damage = c->magic != 0;
			offset += TAPE_UNIT;
			continue;
		}
		in_damage = false;
		r->chunks = alloc_room(r->chunks, r->n_chunks, &r->c_chunks,
		    sizeof(*r->chunks));
		r->chunks[r->n_chunks++] = (struct chunk){
			.offset = offset,
			.thread = c->thread,
			.seq = c->seq,
		};
		offset += c->size;
	}
	r->notes->chunks = r->n_chunks;
}

static void
find_stacks(struct reader *r)
{
	struct tape_cursor cur;
	struct tape_record x;

	for (size_t i = 0; i < r->n_chunks; i++) {
		tape_cursor_begin(&cur, chunk_at(r, r->chunks[i].offset));
		while (tape_next(&cur, &x)) {
			if (x.kind == TAPE_NODE)
				tapestacks_add_node(&r->stacks, &x.node);
			else if (x.kind == TAPE_MODULE)
				tapestacks_add_module(&r->stacks, &x.module);
		}
		r->notes->damaged += cur.damaged;
		release_chunk(r, r->chunks[i].offset);
	}
}

/* Of events at the same time a free comes first: its address may be what
 * another thread is given. */
static uint64_t
order_of(const struct tape_event *e)
{
	return e->stamp << 1 | (e->kind == TAPE_ALLOC);
}

static void
begin_chunk(struct reader *r, struct lane *l)
{
	const struct tape_chunk *c = chunk_at(r, r->chunks[l->chunk].offset);
	uint32_t name = strings_add(&r->m->strings, c->name, TAPE_NAME_MAX);

	tape_cursor_begin(&l->cursor, c);
	l->thread = model_thread(r->m, 0, (uint32_t)c->tid, name);
}

/* Moves @l to its next event; false when it has no more. */
static bool
advance(struct reader *r, struct lane *l)
{
	struct tape_record x;

	for (;;) {
		while (tape_next(&l->cursor, &x))
			if (x.kind == TAPE_ALLOC || x.kind == TAPE_FREE) {
				l->event = x.event;
				l->order = order_of(&x.event);
				return true;
			}
		r->done += chunk_at(r, r->chunks[l->chunk].offset)->size;
		bar_show(&r->bar, r->done);
		release_chunk(r, r->chunks[l->chunk].offset);
		if (++l->chunk == l->end)
			return false;
		begin_chunk(r, l);
	}
}

static int
compare_chunks(const void *a, const void *b)
{
	const struct chunk *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Lets the lane at @i sink to where the heap's order wants it. */
static void
sink(struct reader *r, size_t i)
{
	struct lane moving = r->lanes[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= r->n_lanes)
			break;
		if (child + 1 < r->n_lanes &&
		    r->lanes[child + 1].order < r->lanes[child].order)
			child++;
		if (moving.order <= r->lanes[child].order)
			break;
		r->lanes[i] = r->lanes[child];
		i = child;
	}
	r->lanes[i] = moving;
}

static void
make_lanes(struct reader *r)
{
	if (r->n_chunks > 1)
		qsort(r->chunks, r->n_chunks, sizeof(*r->chunks),
		    compare_chunks);
	for (size_t i = 0, end; i < r->n_chunks; i = end) {
		struct lane l = { .chunk = i };

		for (end = i; end < r->n_chunks &&
		    r->chunks[end].thread == r->chunks[i].thread; end++)
			;
		l.end = end;
		begin_chunk(r, &l);
		if (!advance(r, &l))
			continue;
		r->lanes = alloc_room(r->lanes, r->n_lanes, &r->c_lanes,
		    sizeof(*r->lanes));
		r->lanes[r->n_lanes++] = l;
	}
	for (size_t i = r->n_lanes / 2; i-- > 0;)
		sink(r, i);
}

/* Nanoseconds since the process started. */
static uint64_t
time_of(const struct reader *r, uint64_t stamp)
{
	const struct tape_header *h = &r->header;
	double ns = ((double)stamp - (double)h->first_stamp) *
	    r->ns_per_stamp + (double)h->first_ns - (double)h->start_ns;

	return ns > 0 && ns < 1e18 ? (uint64_t)ns : 0;
}

static void
put_event(struct reader *r, const struct lane *l)
{
	const struct tape_event *e = &l->event;
	struct model_event to = {
		.thread = l->thread,
		.addr = e->addr,
		.size = e->size,
		.ns = time_of(r, e->stamp),
	};

	if (e->kind == TAPE_FREE) {
		model_free(r->m, &to);
		return;
	}
	to.node = tapestacks_get(&r->stacks, e->stack);
	r->notes->no_stack += to.node == 0;
	model_alloc(r->m, &to);
}

static void
merge(struct reader *r)
{
	while (r->n_lanes > 0) {
		put_event(r, &r->lanes[0]);
		if (!advance(r, &r->lanes[0]))
			r->lanes[0] = r->lanes[--r->n_lanes];
		if (r->n_lanes > 1)
			sink(r, 0);
	}
}

static void
set_clock(struct reader *r)
{
	const struct tape_header *h = &r->header;

	r->ns_per_stamp = 1.0;
	if (h->flags & TAPE_STAMP_IS_NS)
		return;
	if (h->last_stamp > h->first_stamp && h->last_ns > h->first_ns)
		r->ns_per_stamp = (double)(h->last_ns - h->first_ns) /
		    (double)(h->last_stamp - h->first_stamp);
	else
		r->notes->no_clock = true;
}

static const char *const endings[] = {
	[TAPE_RUNNING] = "still recording, or the process was killed",
	[TAPE_ENDED] = "the process ended",
	[TAPE_STOPPED_LIMIT] = "stopped at tapemax",
	[TAPE_STOPPED_FULL] = "stopped by a full disk",
	[TAPE_STOPPED_ERROR] = "stopped by an error",
	[TAPE_STOPPED_USER] = "switched off",
	[TAPE_EXEC] = "the process became another program",
};

static void
note_header(struct readnotes *notes, const struct tape_header *h)
{
	notes->is_tape = true;
	memcpy(notes->program, h->program, sizeof(notes->program) - 1);
	notes->pid = h->pid;
	notes->lost = h->lost;
	notes->sample = h->sample;
	notes->minsize = h->minsize;
	notes->maxsize = h->maxsize;
	notes->ending = h->state < ARRAY_LEN(endings) ? endings[h->state] :
	    "the header does not say how it ended";
	notes->cut = h->state != TAPE_ENDED && h->state != TAPE_EXEC;
	if (h->state == TAPE_STOPPED_ERROR)
		notes->error = h->error;
}

static int
read_mapped(struct reader *r)
{
	const char *why;

	if (r->len < sizeof(r->header))
		return -ENODATA;
	memcpy(&r->header, r->data, sizeof(r->header));
	if (!tape_header_is_good(&r->header, r->len, &why))
		return -EPROTO;
	note_header(r->notes, &r->header);
	set_clock(r);
	tapestacks_start(&r->stacks, r->m, r->len);
	bar_start(&r->bar, r->len);
	find_chunks(r);
	find_stacks(r);
	make_lanes(r);
	merge(r);
	bar_end(&r->bar);
	tapestacks_drop(&r->stacks);
	free(r->chunks);
	free(r->lanes);
	return 0;
}

int
tapereader_read(struct model *m, const char *path, struct readnotes *notes)
{
	struct reader r = { .m = m, .notes = notes };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;
	int err;

	*notes = (struct readnotes){ 0 };
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0 || st.st_size == 0) {
		close(fd);
		return -ENODATA;
	}
	r.len = (size_t)st.st_size;
	p = mmap(NULL, r.len, PROT_READ, MAP_PRIVATE, fd, 0);
	err = p == MAP_FAILED ? -errno : 0;
	close(fd);
	if (err != 0)
		return err;
	r.data = p;
	err = read_mapped(&r);
	munmap(p, r.len);
	return err;
}
