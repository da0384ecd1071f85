/*
 * tapecheck - reads a tape with the decoder alone and prints what is on it.
 *
 *	tapecheck FILE
 *
 * One line: state=N pid=N chunks=N allocs=N frees=N live_blocks=N
 * live_bytes=N unknown=N lost=N nodes=N modules=N missing=N damaged=N
 * doubles=N.
 * "unknown" counts frees of blocks that were never allocated on this tape,
 * "missing" counts events whose stack, or a parent of it, is not on the tape,
 * "damaged" counts chunks that stop at bytes that are no record, "doubles"
 * those that are there twice, after a kill.  Exit status
 * 0 when nothing is missing or damaged.
 */
#include "common/tape/tape.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct seen {
	uint64_t stamp, order, addr, size;
	uint32_t stack;
	int kind;
};

struct block {
	uint64_t addr, size;	/* addr 0: free slot */
};

static struct seen *events;
static size_t events_len, events_cap;
static uint32_t *parents;	/* by node; UINT32_MAX when not on the tape */
static size_t parents_len;
static struct block *blocks;
static size_t blocks_mask;
static unsigned long chunks, allocs, frees, nodes, modules, damaged, missing;
static unsigned long unknown, live_blocks, live_bytes, doubles;

static void
add_event(const struct tape_event *e)
{
	if (events_len == events_cap) {
		events_cap = events_cap == 0 ? 4096 : 2 * events_cap;
		events = realloc(events, events_cap * sizeof(*events));
	}
	events[events_len] = (struct seen){ e->stamp, events_len, e->addr,
	    e->size, e->stack, e->kind };
	events_len++;
}

static void
add_node(const struct tape_node *n)
{
	size_t was = parents_len;

	if (n->id >= parents_len) {
		parents_len = 2 * ((size_t)n->id + 1);
		parents = realloc(parents, parents_len * sizeof(*parents));
		memset(parents + was, 0xff,
		    (parents_len - was) * sizeof(*parents));
	}
	parents[n->id] = n->parent;
	nodes++;
}

static void
read_chunk(const struct tape_chunk *c)
{
	struct tape_cursor cur;
	struct tape_record r;

	chunks++;
	tape_cursor_begin(&cur, c);
	while (tape_next(&cur, &r)) {
		if (r.kind == TAPE_NODE)
			add_node(&r.node);
		else if (r.kind == TAPE_MODULE)
			modules++;
		else
			add_event(&r.event);
	}
	damaged += cur.damaged;
}

static size_t
length_of(const struct tape_chunk *c)
{
	struct tape_cursor cur;
	struct tape_record r;

	tape_cursor_begin(&cur, c);
	while (tape_next(&cur, &r))
		;
	return (size_t)(cur.at - (const uint8_t *)c);
}

static int
by_seq(const void *a, const void *b)
{
	const struct tape_chunk *x = *(const struct tape_chunk *const *)a;
	const struct tape_chunk *y = *(const struct tape_chunk *const *)b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Killed while it was copied or emptied, a chunk is there twice: the longer
 * one counts. */
static void
read_once(const struct tape_chunk **list, size_t n)
{
	qsort(list, n, sizeof(*list), by_seq);
	for (size_t i = 0; i < n; i++) {
		if (i + 1 < n && by_seq(&list[i], &list[i + 1]) == 0) {
			if (length_of(list[i]) > length_of(list[i + 1]))
				list[i + 1] = list[i];
			doubles++;
			continue;
		}
		read_chunk(list[i]);
	}
}

static void
read_chunks(const uint8_t *tape, size_t size, size_t end)
{
	const struct tape_chunk **list;
	size_t at = TAPE_UNIT, n = 0;

	if (end > size) {
		damaged++;
		end = size;
	}
	list = calloc(end / TAPE_UNIT + 1, sizeof(*list));
	while (at < end) {
		const struct tape_chunk *c = (const void *)(tape + at);

		if (tape_chunk_is_good(c, end - at)) {
			list[n++] = c;
			at += c->size;
		} else {
			/* Killed before the chunk began. */
			damaged += c->magic != 0;
			at += TAPE_UNIT;
		}
	}
	read_once(list, n);
	free(list);
}

static bool
stack_is_there(uint32_t id)
{
	for (int depth = 0; id != 0; depth++) {
		if (id >= parents_len || parents[id] == UINT32_MAX ||
		    depth > 4096)
			return false;
		id = parents[id];
	}
	return true;
}

static int
by_time(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->stamp != y->stamp)
		return x->stamp < y->stamp ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static struct block *
slot(uint64_t addr)
{
	size_t i = (addr >> 4) * 0x9e3779b97f4a7c15ull >> 20 & blocks_mask;

	while (blocks[i].addr != 0 && blocks[i].addr != addr)
		i = (i + 1) & blocks_mask;
	return &blocks[i];
}

static void
replay(void)
{
	for (blocks_mask = 1023; blocks_mask < 2 * events_len; )
		blocks_mask = 2 * blocks_mask + 1;
	blocks = calloc(blocks_mask + 1, sizeof(*blocks));
	qsort(events, events_len, sizeof(*events), by_time);
	for (size_t i = 0; i < events_len; i++) {
		const struct seen *e = &events[i];
		struct block *b = slot(e->addr);

		missing += !stack_is_there(e->stack) || e->stack == 0;
		if (e->kind == TAPE_ALLOC) {
			allocs++;
			*b = (struct block){ e->addr, e->size + 1 };
		} else {
			frees++;
			unknown += b->addr == 0 || b->size == 0;
			b->size = 0; /* the slot stays taken */
			b->addr = e->addr;
		}
	}
	for (size_t i = 0; i <= blocks_mask; i++)
		if (blocks[i].size != 0) {
			live_blocks++;
			live_bytes += blocks[i].size - 1;
		}
}

int
main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	struct stat st;
	const struct tape_header *h;
	const char *why;

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_size < TAPE_UNIT) {
		fprintf(stderr, "tapecheck: no tape\n");
		return 2;
	}
	h = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (h == MAP_FAILED || !tape_header_is_good(h, (size_t)st.st_size,
	    &why)) {
		fprintf(stderr, "tapecheck: not a good tape\n");
		return 2;
	}
	read_chunks((const uint8_t *)h, (size_t)st.st_size, h->end);
	replay();
	printf("state=%u pid=%d chunks=%lu allocs=%lu frees=%lu "
	    "live_blocks=%lu live_bytes=%lu unknown=%lu lost=%lu nodes=%lu "
	    "modules=%lu missing=%lu damaged=%lu doubles=%lu\n", h->state,
	    h->pid, chunks, allocs, frees, live_blocks, live_bytes, unknown,
	    (unsigned long)h->lost, nodes, modules, missing, damaged,
	    doubles);
	return missing != 0 || damaged != 0;
}
