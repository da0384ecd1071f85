/*
 * ranges - entries of debug information by the addresses of their code.
 *
 * Code that the linker threw away has its range still, at 0 or at the end of
 * all addresses: there is no code of any other.
 */
#include "tool/dwarf/ranges.h"

#include <stdlib.h>

#include "common/base/attrs.h"

static bool
add(struct ranges *r, Dwarf_Addr start, Dwarf_Addr end, const Dwarf_Die *die)
{
	if (r->n == r->cap) {
		size_t cap = r->cap == 0 ? 64 : r->cap * 2;
		void *more = realloc(r->range, cap * sizeof(*r->range));

		if (more == NULL)
			return false;
		r->range = more;
		r->cap = cap;
	}
	r->range[r->n++] = (struct range){
		.start = start, .end = end, .die = *die,
	};
	return true;
}

bool
ranges_add(struct ranges *r, Dwarf_Die *die)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t at = 0;

	while ((at = dwarf_ranges(die, at, &base, &start, &end)) > 0)
		if (start != 0 && start < end && !add(r, start, end, die))
			return false;
	return true;
}

static int
by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

void
ranges_sort(struct ranges *r)
{
	Dwarf_Addr reach = 0;

	if (r->n > 0)
		qsort(r->range, r->n, sizeof(*r->range), by_start);
	for (size_t i = 0; i < r->n; i++) {
		reach = MAX(reach, r->range[i].end);
		r->range[i].reach = reach;
	}
}

Dwarf_Die *
ranges_find(const struct ranges *r, Dwarf_Addr addr)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (r->range[mid].start <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low > 0 && r->range[low - 1].reach > addr; low--)
		if (r->range[low - 1].end > addr)
			return &r->range[low - 1].die;
	return NULL;
}

void
ranges_drop(struct ranges *r)
{
	free(r->range);
	*r = (struct ranges){ NULL, 0, 0 };
}
