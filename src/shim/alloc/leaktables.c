/*
 * leaktables - filled from the list of live blocks.
 */
#include "shim/alloc/leaktables.h"

#include "common/base/mem.h"
#include "shim/alloc/live.h"

static void
count_entry(const void *p, const struct live_block *b, void *arg)
{
	struct leakscan *s = arg;

	(void)p;
	(void)b;
	s->cap++;
}

/* Blocks come by address: the pages up to this block's begin with it. */
static void
add_entry(const void *p, const struct live_block *b, void *arg)
{
	struct leakscan *s = arg;
	uint64_t off = (uint64_t)(uintptr_t)p - WINDOW_BASE;
	uint32_t *leaf = &s->leaf[off >> LEAF_SHIFT];
	size_t at, last;

	if (s->n == s->cap || (*leaf == 0 && s->leaves == s->leaf_cap))
		return;
	last = s->n == 0 ? 0 : (s->leaves - 1) * LEAF_PAGES +
	    (offset_of(&s->entry[s->n - 1]) >> PAGE_SHIFT) % LEAF_PAGES + 1;
	if (*leaf == 0)
		*leaf = (uint32_t)++s->leaves;
	at = (size_t)(*leaf - 1) * LEAF_PAGES + (off >> PAGE_SHIFT) %
	    LEAF_PAGES;
	for (size_t i = last; i <= at; i++)
		s->page[i] = (uint32_t)s->n;
	s->entry[s->n++] = (struct leakscan_entry){
	    .at = (uint64_t)(uintptr_t)p,
	    .size = b->size & ~STATE,
	};
	s->any_large |= (b->size & ~STATE) > BUFFER;
}

/* What follows the last block's page begins with none. */
static void
end_pages(struct leakscan *s)
{
	size_t last = s->n == 0 ? 0 : (s->leaves - 1) * LEAF_PAGES +
	    (offset_of(&s->entry[s->n - 1]) >> PAGE_SHIFT) % LEAF_PAGES + 1;

	for (size_t i = last; i <= s->leaves * LEAF_PAGES; i++)
		s->page[i] = (uint32_t)s->n;
}

/* A block may reach over many leaves in which none begins: they have the number
 * of the last one before them in which one does. */
static void
fill_leaves(struct leakscan *s)
{
	uint32_t before = 0;

	for (size_t i = 0; i < LEAVES; i++) {
		if (s->leaf[i] == 0)
			s->leaf[i] = before;
		else
			before = s->leaf[i] | EARLIER;
	}
}

bool
leaktables_make(struct leakscan *s)
{
	live_each(count_entry, s);
	s->cap += s->cap / 64 + 1024; /* other threads go on */
	if (s->cap > UINT32_MAX / 2)
		return false;
	s->leaf_cap = MIN(live_leaves() + 64, (size_t)LEAVES);
	s->entry = mem_reserve(s->cap * sizeof(*s->entry));
	s->todo = mem_reserve(s->cap * sizeof(*s->todo));
	s->leaf = mem_reserve(LEAVES * sizeof(*s->leaf));
	s->page = mem_reserve((s->leaf_cap * LEAF_PAGES + 1) *
	    sizeof(*s->page));
	s->buffer = mem_map(BUFFER);
	s->lines = mem_reserve((size_t)LINES * PAGE);
	s->line_page = mem_map(LINES * sizeof(*s->line_page));
	if (s->lines == NULL || s->line_page == NULL)
		return false;
	if (s->entry == NULL || s->todo == NULL || s->leaf == NULL ||
	    s->page == NULL || s->buffer == NULL)
		return false;
	live_each_by_address(add_entry, s);
	end_pages(s);
	fill_leaves(s);
	return true;
}

void
leaktables_drop(struct leakscan *s)
{
	mem_unmap(s->entry, s->cap * sizeof(*s->entry));
	mem_unmap(s->todo, s->cap * sizeof(*s->todo));
	mem_unmap(s->leaf, LEAVES * sizeof(*s->leaf));
	mem_unmap(s->page, (s->leaf_cap * LEAF_PAGES + 1) * sizeof(*s->page));
	mem_unmap(s->hole, LEAKSCAN_HOLES * sizeof(*s->hole));
	mem_unmap(s->held, s->cap * sizeof(*s->held));
	mem_unmap(s->buffer, BUFFER);
	mem_unmap(s->lines, (size_t)LINES * PAGE);
	mem_unmap(s->line_page, LINES * sizeof(*s->line_page));
}
