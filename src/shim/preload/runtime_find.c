/*
 * runtime_find - symbols looked up in the objects' own tables.
 */
#include "shim/preload/runtime_find.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "common/base/linkmap.h"

/* What is needed of an object's dynamic section. */
struct tables {
	struct linkmap_names names;
	const Elf64_Rela *plt, *rela;
	size_t plt_size, rela_size;
};

struct search {
	const char *name;
	const void *caller;
	struct found *out;
	struct found own, first;	/* address NULL: none */
	unsigned index;
	unsigned among;			/* so many were there at the start */
	uintptr_t in_base;		/* the one object that is asked */
	bool in_one;
	uintptr_t us;
};

static unsigned at_start;		/* objects */

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

static void
read_entry(struct tables *t, const Elf64_Dyn *d)
{
	const void *p = linkmap_pointer(t->names.bias, d->d_un.d_ptr);

	switch (d->d_tag) {
	case DT_JMPREL:
		t->plt = p;
		break;
	case DT_PLTRELSZ:
		t->plt_size = d->d_un.d_val;
		break;
	case DT_RELA:
		t->rela = p;
		break;
	case DT_RELASZ:
		t->rela_size = d->d_un.d_val;
		break;
	default:
		break;
	}
}

static bool
read_tables(struct tables *t, const struct dl_phdr_info *info)
{
	const Elf64_Dyn *d = NULL;
	uintptr_t bias = info->dlpi_addr;

	memset(t, 0, sizeof(*t));
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			d = (const Elf64_Dyn *)(bias +
			    info->dlpi_phdr[i].p_vaddr);
	}
	if (!linkmap_read(&t->names, bias, d))
		return false;
	for (; d->d_tag != DT_NULL; d++)
		read_entry(t, d);
	return true;
}

static void
read_range(const struct dl_phdr_info *info, struct found *f)
{
	uintptr_t low = UINTPTR_MAX, high = 0;

	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;

		if (p->p_type != PT_LOAD)
			continue;
		low = MIN(low, at);
		high = MAX(high, at + p->p_memsz);
	}
	f->base = info->dlpi_addr;
	f->low = low;
	f->high = high;
}

/* Takes what this object has; true ends the search. */
static bool
look_at(struct search *s, const struct tables *t,
    const struct dl_phdr_info *info)
{
	struct found f = {
	    .address = linkmap_address(&t->names, s->name),
	};

	if (f.address == NULL)
		return false;
	read_range(info, &f);
	f.soname = t->names.soname;
	f.global = s->index <= s->among;
	if (s->first.address == NULL)
		s->first = f;
	if (runtime_find_has(&f, s->caller))
		s->own = f;
	return f.global;
}

/* The program itself comes before us: what it defines is not asked for. */
static int
see_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct search *s = arg;
	struct tables t;

	(void)size;
	s->index++;
	if (info->dlpi_addr == s->us || s->index == 1)
		return 0;
	return read_tables(&t, info) && look_at(s, &t, info);
}

bool
runtime_find(const char *name, const void *caller, struct found *out)
{
	struct search s = {
		.name = name,
		.caller = caller,
		.among = at_start,
		.us = (uintptr_t)__ehdr_start,
	};

	dl_iterate_phdr(see_object, &s);
	*out = s.first.global || s.own.address == NULL ? s.first : s.own;
	return out->address != NULL;
}

static int
see_the_one(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct search *s = arg;
	struct tables t;

	(void)size;
	if (info->dlpi_addr != s->in_base || !read_tables(&t, info))
		return 0;
	s->first.address = linkmap_address(&t.names, s->name);
	return 1;
}

void *
runtime_find_in(const struct found *in, const char *name)
{
	struct search s = { .name = name, .in_base = in->base };

	dl_iterate_phdr(see_the_one, &s);
	return s.first.address;
}

static bool
has_relocation(const struct tables *t, const Elf64_Rela *r, size_t size,
    const char *name)
{
	for (size_t i = 0; r != NULL && i < size / sizeof(*r); i++) {
		uint32_t n = ELF64_R_SYM(r[i].r_info);

		if (n != 0 && strcmp(t->names.strings +
		    t->names.symbols[n].st_name, name) == 0)
			return true;
	}
	return false;
}

static int
see_calls(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct search *s = arg;
	struct tables t;

	(void)size;
	if (info->dlpi_addr != s->in_base || !read_tables(&t, info))
		return 0;
	s->in_one = has_relocation(&t, t.plt, t.plt_size, s->name) ||
	    has_relocation(&t, t.rela, t.rela_size, s->name);
	return 1;
}

bool
runtime_find_calls(const struct found *in, const char *name)
{
	struct search s = { .name = name, .in_base = in->base };

	dl_iterate_phdr(see_calls, &s);
	return s.in_one;
}

static int
see_counts(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	*(uint64_t *)arg = info->dlpi_adds + info->dlpi_subs;
	return 1;
}

uint64_t
runtime_find_epoch(void)
{
	uint64_t epoch = 0;

	dl_iterate_phdr(see_counts, &epoch);
	return epoch;
}

static int
see_one_more(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)info;
	(void)size;
	++*(unsigned *)arg;
	return 0;
}

void
runtime_find_start(void)
{
	unsigned n = 0;

	dl_iterate_phdr(see_one_more, &n);
	at_start = n;
}
