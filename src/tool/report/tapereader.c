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
#include "common/base/buf.h"
#include "common/tape/tape.h"
#include "tool/base/alloc.h"
#include "tool/base/bar.h"
#include "tool/report/tapechunks.h"
#include "tool/report/tapestacks.h"

/* A thread whose next event waits to be the earliest. */
struct lane {
	struct tape_cursor cursor;
	struct tape_event event;
	uint64_t order;		/* of @event among all; see order_of() */
	size_t chunk, end;	/* its chunks: the one being read, behind */
	uint32_t thread;	/* of the model */
};

/* Events on their way: each is announced to the model when it is read, and
 * put in when AHEAD more are read, so that the memory it needs is there. */
enum {
	AHEAD = 16,
	HELD = 64,	/* events, at most; see arrive() */
	LOOKS = 50	/* at a tape that still grows */
};

struct waiting {
	struct model_event event;
	bool is_free;
};

struct reader {
	struct model *m;
	struct readnotes *notes;
	struct tapechunks chunks;
	struct tape_header header;
	double ns_per_stamp;
	uint32_t process;	/* of the model */
	struct tapestacks stacks;
	struct lane *lanes;	/* a heap: the earliest is first */
	size_t n_lanes, c_lanes;
	struct waiting ahead[AHEAD], held[HELD];
	size_t n_held, n_threads;
	uint64_t n_put;		/* events, those on their way too */
	struct bar bar;
	uint64_t done;		/* bytes that were read, of two passes */
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

/* A tape may be larger than memory: what was read need not stay. */
static void
chunk_done(struct reader *r, const struct tapechunk *c)
{
	uint32_t size = tapechunks_get(&r->chunks, c)->size;

	madvise((void *)(uintptr_t)(r->chunks.data + c->offset), size,
	    MADV_DONTNEED);
	r->done += size;
	bar_show(&r->bar, r->done);
}

static void
drop_tape(struct reader *r)
{
	struct tapechunks *t = &r->chunks;

	tapechunks_drop(t);
	if (t->data != NULL)
		munmap((void *)(uintptr_t)t->data, t->len);
	t->data = NULL;
}

/* A chunk that is cut says so already. */
static bool
is_changed(const struct reader *r, const struct tapechunk *c)
{
	const struct tape_chunk *at = tapechunks_get(&r->chunks, c);

	return c->copy == NULL && at->sum != 0 &&
	    at->sum != tape_chunk_sum(at);
}

static void
find_stacks(struct reader *r)
{
	struct tape_cursor cur;
	struct tape_record x;

	for (size_t i = 0; i < r->chunks.n; i++) {
		tape_cursor_begin(&cur, tapechunks_get(&r->chunks,
		    &r->chunks.all[i]));
		while (tape_next_other(&cur, &x)) {
			if (x.kind == TAPE_NODE)
				tapestacks_add_node(&r->stacks, &x.node);
			else
				tapestacks_add_module(&r->stacks, &x.module);
		}
		r->notes->damaged += cur.damaged;
		r->notes->changed += is_changed(r, &r->chunks.all[i]);
		chunk_done(r, &r->chunks.all[i]);
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
	const struct tape_chunk *c = tapechunks_get(&r->chunks,
	    &r->chunks.all[l->chunk]);
	uint32_t name = strings_add_clean(&r->m->strings, c->name,
	    TAPE_NAME_MAX);

	tape_cursor_begin(&l->cursor, c);
	l->thread = model_thread(r->m, r->process, (uint32_t)c->tid, name);
}

/* Moves @l to its next event; false when it has no more. */
static bool
advance(struct reader *r, struct lane *l)
{
	for (;;) {
		if (tape_next_event(&l->cursor, &l->event)) {
			l->order = order_of(&l->event);
			return true;
		}
		chunk_done(r, &r->chunks.all[l->chunk]);
		if (++l->chunk == l->end)
			return false;
		begin_chunk(r, l);
	}
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
	for (size_t i = 0, end; i < r->chunks.n; i = end) {
		struct lane l = { .chunk = i };

		for (end = i; end < r->chunks.n &&
		    r->chunks.all[end].thread == r->chunks.all[i].thread; end++)
			;
		l.end = end;
		begin_chunk(r, &l);
		if (!advance(r, &l))
			continue;
		r->lanes = alloc_room(r->lanes, r->n_lanes, &r->c_lanes,
		    sizeof(*r->lanes));
		r->lanes[r->n_lanes++] = l;
	}
	r->n_threads = r->n_lanes;
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
put_in(struct reader *r, const struct waiting *w)
{
	if (w->is_free)
		model_free(r->m, &w->event);
	else
		model_alloc(r->m, &w->event);
}

/* Can @w be, as things are?  A free needs a block, an allocation a place. */
static bool
can_be(const struct reader *r, const struct waiting *w)
{
	return model_is_live(r->m, &w->event) == w->is_free;
}

/* Puts in what was held back at its time; @all: whatever can not be, too. */
static void
release(struct reader *r, bool all)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_held; i++) {
		if (all || can_be(r, &r->held[i]))
			put_in(r, &r->held[i]);
		else
			r->held[n++] = r->held[i];
	}
	r->n_held = n;
}

/* The order of events of different threads at the same time is not known.  What
 * cannot be yet is held back until the time is over: the event of another
 * thread that lets it be may be next. */
static void
arrive(struct reader *r, const struct waiting *w)
{
	if (unlikely(r->n_held != 0) && r->held[0].event.ns != w->event.ns)
		release(r, true);
	if (r->n_threads > 1 && r->n_held < HELD && !can_be(r, w)) {
		r->held[r->n_held++] = *w;
		return;
	}
	put_in(r, w);
	if (unlikely(r->n_held != 0))
		release(r, false);
}

static void
put_event(struct reader *r, const struct lane *l)
{
	const struct tape_event *e = &l->event;
	struct waiting *w = &r->ahead[r->n_put % AHEAD];

	if (r->n_put++ >= AHEAD)
		arrive(r, w);
	*w = (struct waiting){
		.event = {
			.thread = l->thread,
			.addr = e->addr,
			.size = e->size,
			.ns = time_of(r, e->stamp),
		},
		.is_free = e->kind == TAPE_FREE,
	};
	model_announce(r->m, &w->event);
	if (e->stack != 0 || !w->is_free)
		w->event.node = tapestacks_get(&r->stacks, e->stack);
	r->notes->no_stack += w->event.node == 0 && !w->is_free;
}

/* Those that are still on their way. */
static void
put_rest(struct reader *r)
{
	uint64_t n = MIN(r->n_put, (uint64_t)AHEAD);

	for (uint64_t i = r->n_put - n; i < r->n_put; i++)
		arrive(r, &r->ahead[i % AHEAD]);
	release(r, true);
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
	put_rest(r);
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
	struct buf program = {
		.data = notes->program, .cap = sizeof(notes->program) - 1,
	};

	notes->is_tape = true;
	buf_clean(&program, h->program, sizeof(h->program));
	notes->pid = h->pid;
	notes->parent_pid = (int)h->parent_pid;
	notes->recorded_s = (int64_t)((h->start_wall_ns + h->last_ns -
	    h->start_ns) / NS_PER_S);
	notes->lost = h->lost;
	notes->sample = h->sample;
	notes->minsize = h->minsize;
	notes->maxsize = h->maxsize;
	notes->free_calls = (h->flags & TAPE_FREE_CALLS) != 0;
	notes->free_nothing = (h->flags & (TAPE_FREE_CALLS |
	    TAPE_FREE_STACKS)) == 0;
	notes->ending = h->state < ARRAY_LEN(endings) ? endings[h->state] :
	    "the header does not say how it ended";
	notes->cut = h->state != TAPE_ENDED && h->state != TAPE_EXEC;
	notes->changed_header = h->sum != tape_header_sum(h);
	if (h->state == TAPE_STOPPED_ERROR)
		notes->error = h->error;
}

static void
read_mapped(struct reader *r)
{
	r->process = model_process(r->m, (uint32_t)r->header.pid);
	set_clock(r);
	tapestacks_start(&r->stacks, r->m);
	bar_start(&r->bar, 2 * (uint64_t)r->chunks.len);
	find_stacks(r);
	make_lanes(r);
	merge(r);
	bar_end(&r->bar);
	tapestacks_drop(&r->stacks);
	free(r->lanes);
}

/* Maps the file as long as it is now; 0 or a negative errno. */
static int
map_tape(struct reader *r, int fd)
{
	struct tapechunks *t = &r->chunks;
	struct stat st;
	void *p;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (st.st_size < (off_t)sizeof(r->header)) {
		r->notes->why = "a tape that was cut inside its header";
		return -ENODATA;
	}
	t->len = (size_t)st.st_size;
	p = mmap(NULL, t->len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	t->data = p;
	memcpy(&r->header, t->data, sizeof(r->header));
	return tape_header_is_good(&r->header, t->len, &r->notes->why) ?
	    0 : -EPROTO;
}

/* Maps the file and finds what is in it. */
static int
look(struct reader *r, int fd)
{
	int err = 0;

	for (int i = 0; i < LOOKS && err == 0; i++) {
		drop_tape(r);
		*r->notes = (struct readnotes){ 0 };
		err = map_tape(r, fd);
		if (err != 0)
			break;
		note_header(r->notes, &r->header);
		/* Its last words may be on their way: once more, then. */
		if (r->notes->changed_header && i == 0)
			continue;
		tapechunks_find(&r->chunks, r->header.end);
		if (r->header.state != TAPE_RUNNING ||
		    tapechunks_copy_last(&r->chunks))
			break;
	}
	r->notes->chunks = r->chunks.n;
	r->notes->damaged = r->chunks.damaged;
	r->notes->missing_chunks = r->chunks.missing;
	if (r->header.end > r->chunks.len)
		r->notes->missing_bytes = r->header.end - r->chunks.len;
	r->notes->cut |= r->notes->missing_bytes > 0;
	return err;
}

int
tapereader_read(struct model *m, const char *path, struct readnotes *notes)
{
	struct reader r = { .m = m, .notes = notes };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	*notes = (struct readnotes){ 0 };
	if (fd < 0)
		return -errno;
	err = look(&r, fd);
	close(fd);
	if (err == 0)
		read_mapped(&r);
	drop_tape(&r);
	return err;
}
