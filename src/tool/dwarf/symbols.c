/*
 * symbols - the name of what is at an address, by the symbol tables.
 *
 * Where symbols overlap that begin at different places, and where only a label
 * is in front of the address, elfutils decides.
 */
#include "tool/dwarf/symbols.h"

#include <stdlib.h>

#include "common/base/attrs.h"

static int
rank_of(const GElf_Sym *sym)
{
	switch (GELF_ST_BIND(sym->st_info)) {
	case STB_GLOBAL:
		return 2;
	case STB_WEAK:
		return 1;
	default:
		return 0;
	}
}

static bool
has_code(const GElf_Sym *sym, GElf_Word section)
{
	int type = GELF_ST_TYPE(sym->st_info);

	return section != SHN_UNDEF && type != STT_SECTION &&
	    type != STT_FILE && type != STT_TLS;
}

static int
compare(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static void
make(struct symbols *s, Dwfl_Module *module)
{
	int n = dwfl_module_getsymtab(module);
	GElf_Addr reach = 0;

	s->made = true;
	if (n > 0)
		s->all = calloc((size_t)n, sizeof(*s->all));
	for (int i = 1; i < n && s->all != NULL; i++) {
		GElf_Word section;
		GElf_Sym sym;
		GElf_Addr at;
		const char *name = dwfl_module_getsym_info(module, i, &sym,
		    &at, &section, NULL, NULL);

		if (name == NULL || name[0] == '\0' || !has_code(&sym, section))
			continue;
		s->all[s->n++] = (struct symbol){
		    at, at + sym.st_size, 0, i, rank_of(&sym),
		    sym.st_size == 0 && section >= SHN_LORESERVE,
		};
	}
	if (s->n > 0)
		qsort(s->all, s->n, sizeof(*s->all), compare);
	for (size_t i = 0; i < s->n; i++) {
		reach = MAX(reach, s->all[i].end);
		s->all[i].reach = reach;
	}
}

/* How many symbols begin at @addr or before. */
static size_t
count_up_to(const struct symbols *s, GElf_Addr addr)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->all[mid].start <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
is_better(const struct symbol *a, const struct symbol *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank;
	if (a->end != b->end)
		return a->end < b->end;
	return a->number < b->number;
}

const char *
symbols_name(struct symbols *s, Dwfl_Module *module, GElf_Addr addr)
{
	const struct symbol *best = NULL;
	GElf_Sym sym;
	size_t n;

	if (!s->made)
		make(s, module);
	n = s->all == NULL ? 0 : count_up_to(s, addr);
	for (size_t i = n; i-- > 0 && s->all[i].reach > addr;) {
		const struct symbol *x = &s->all[i];

		if (x->end <= addr)
			continue;
		if (best != NULL && best->start != x->start)
			return dwfl_module_addrname(module, addr);
		if (best == NULL || is_better(x, best))
			best = x;
	}
	if (best != NULL)
		return dwfl_module_getsym(module, best->number, &sym, NULL);
	for (size_t i = n; i-- > 0 && s->all[i].start == s->all[n - 1].reach;)
		if (s->all[i].end == s->all[i].start &&
		    (!s->all[i].bare || s->all[i].start == addr))
			return dwfl_module_addrname(module, addr);
	return s->all == NULL ? dwfl_module_addrname(module, addr) : NULL;
}

void
symbols_drop(struct symbols *s)
{
	free(s->all);
	*s = (struct symbols){ 0 };
}
