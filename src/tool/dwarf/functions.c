/*
 * functions - which function of a compilation unit the code at an address is
 * of, and which calls were inlined there.
 */
#include "tool/dwarf/functions.h"

#include <dwarf.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tool/dwarf/ranges.h"

enum { DEPTH_MAX = 128 };	/* of a damaged file */

struct functions {
	struct functions *next;
	const void *unit;	/* where its entry is */
	struct ranges ranges;
};

/* Can a function stand in it? */
static bool
holds_functions(int tag)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_interface_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_variant_part:
	case DW_TAG_variant:
	case DW_TAG_subprogram:
	case DW_TAG_lexical_block:
	case DW_TAG_try_block:
	case DW_TAG_catch_block:
		return true;
	default:
		return false;
	}
}

static void
list(struct ranges *r, Dwarf_Die *parent, unsigned depth)
{
	Dwarf_Die at;

	if (depth == DEPTH_MAX || dwarf_child(parent, &at) != 0)
		return;
	do {
		int tag = dwarf_tag(&at);

		if (tag == DW_TAG_subprogram)
			ranges_add(r, &at);
		if (holds_functions(tag))
			list(r, &at, depth + 1);
	} while (dwarf_siblingof(&at, &at) == 0);
}

static const struct ranges *
ranges_of(struct functions **all, Dwarf_Die *unit)
{
	struct functions *f;

	for (f = *all; f != NULL; f = f->next)
		if (f->unit == unit->addr)
			return &f->ranges;
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->unit = unit->addr;
	f->next = *all;
	*all = f;
	list(&f->ranges, unit, 0);
	ranges_sort(&f->ranges);
	return &f->ranges;
}

static bool
is_block(int tag)
{
	return tag == DW_TAG_inlined_subroutine ||
	    tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
	    tag == DW_TAG_catch_block;
}

/* A block that does not say where its code is only holds others. */
static bool
may_have(Dwarf_Die *block, Dwarf_Addr addr)
{
	return dwarf_haspc(block, addr) > 0 ||
	    (dwarf_tag(block) != DW_TAG_inlined_subroutine &&
	    dwarf_hasattr(block, DW_AT_ranges) == 0 &&
	    dwarf_hasattr(block, DW_AT_low_pc) == 0);
}

/* Puts the inlined calls at @addr below @parent at the end of @out, the
 * outermost last.  Returns how many there are now. */
static unsigned
descend(Dwarf_Die *parent, Dwarf_Addr addr, Dwarf_Die *out, unsigned n,
    unsigned max, unsigned depth)
{
	Dwarf_Die at;

	if (depth == DEPTH_MAX || dwarf_child(parent, &at) != 0)
		return n;
	do {
		int tag = dwarf_tag(&at);
		unsigned deeper = n;

		if (!is_block(tag) || !may_have(&at, addr))
			continue;
		if (tag == DW_TAG_inlined_subroutine && n < max)
			out[deeper++] = at;
		deeper = descend(&at, addr, out, deeper, max, depth + 1);
		if (deeper > n)
			return deeper;
	} while (dwarf_siblingof(&at, &at) == 0);
	return n;
}

unsigned
functions_find(struct functions **all, Dwarf_Die *unit, Dwarf_Addr addr,
    Dwarf_Die *out, unsigned max)
{
	const struct ranges *r = ranges_of(all, unit);
	const Dwarf_Die *function = r == NULL ? NULL : ranges_find(r, addr);
	unsigned n;

	if (function == NULL)
		return 0;
	out[0] = *function;
	n = descend(&out[0], addr, out, 1, max, 0);
	for (unsigned i = 0; i < n / 2; i++) {
		Dwarf_Die inner = out[n - 1 - i];

		out[n - 1 - i] = out[i];
		out[i] = inner;
	}
	return n;
}

void
functions_drop(struct functions **all)
{
	while (*all != NULL) {
		struct functions *f = *all;

		*all = f->next;
		ranges_drop(&f->ranges);
		free(f);
	}
}
