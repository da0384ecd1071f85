/*
 * linkmap - dynamic sections and their GNU hash tables.
 */
#include "common/base/linkmap.h"

#include <dlfcn.h>
#include <elf.h>
#include <stddef.h>
#include <stdint.h>

enum { HIDDEN_VERSION = 0x8000 };

const struct link_map *
linkmap_of(const void *address)
{
	struct dl_find_object in;

	return _dl_find_object((void *)(uintptr_t)address, &in) == 0 ?
	    in.dlfo_link_map : NULL;
}

const struct link_map *
linkmap_first(void)
{
	const struct link_map *map =
	    linkmap_of((const void *)(uintptr_t)linkmap_first);

	while (map != NULL && map->l_prev != NULL)
		map = map->l_prev;
	return map;
}

bool
linkmap_read(struct linkmap_names *n, uintptr_t bias, const ElfW(Dyn) *d)
{
	size_t soname = 0;

	*n = (struct linkmap_names){ .bias = bias };
	for (; d != NULL && d->d_tag != DT_NULL; d++) {
		const void *p = linkmap_pointer(bias, d->d_un.d_ptr);

		if (d->d_tag == DT_SYMTAB)
			n->symbols = p;
		else if (d->d_tag == DT_STRTAB)
			n->strings = p;
		else if (d->d_tag == DT_VERSYM)
			n->versions = p;
		else if (d->d_tag == DT_GNU_HASH)
			n->hash = p;
		else if (d->d_tag == DT_SONAME)
			soname = d->d_un.d_val;
	}
	n->soname = soname == 0 || n->strings == NULL ? "" :
	    n->strings + soname;
	return n->symbols != NULL && n->strings != NULL;
}

static uint32_t
hash_of(const char *name)
{
	uint32_t hash = 5381;

	for (; *name != '\0'; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

static bool
is_same(const char *a, const char *b)
{
	while (*a == *b && *a != '\0') {
		a++;
		b++;
	}
	return *a == *b;
}

static bool
is_definition(const struct linkmap_names *n, uint32_t i, const char *name)
{
	const ElfW(Sym) *s = &n->symbols[i];
	unsigned type = ELF64_ST_TYPE(s->st_info);

	return s->st_shndx != SHN_UNDEF && (type == STT_FUNC ||
	    type == STT_OBJECT || type == STT_GNU_IFUNC) &&
	    (n->versions == NULL || (n->versions[i] & HIDDEN_VERSION) == 0) &&
	    is_same(n->strings + s->st_name, name);
}

/* The table is four numbers, a filter, buckets, chains; symbols before the
 * second number are not in it. */
static const ElfW(Sym) *
find(const struct linkmap_names *n, const char *name)
{
	const uint32_t *h = n->hash;

	if (h == NULL || h[0] == 0)
		return NULL;

	uint32_t hash = hash_of(name), first = h[1];
	const uint64_t *filter = (const uint64_t *)(const void *)(h + 4);
	const uint32_t *bucket = (const uint32_t *)(filter + h[2]);
	const uint32_t *chain = bucket + h[0];
	uint64_t word = filter[hash / 64 % h[2]];

	if ((word >> hash % 64 & word >> (hash >> h[3]) % 64 & 1) == 0)
		return NULL;
	for (uint32_t i = bucket[hash % h[0]]; i >= first && i != 0; i++) {
		uint32_t here = chain[i - first];

		if ((here | 1) == (hash | 1) && is_definition(n, i, name))
			return &n->symbols[i];
		if ((here & 1) != 0)
			break;
	}
	return NULL;
}

void *
linkmap_address(const struct linkmap_names *n, const char *name)
{
	const ElfW(Sym) *s = find(n, name);
	uintptr_t at;

	if (s == NULL)
		return NULL;
	at = n->bias + s->st_value;
	if (ELF64_ST_TYPE(s->st_info) == STT_GNU_IFUNC)
		return ((void *(*)(void))at)();
	return (void *)at;
}

void *
linkmap_find(const struct link_map *map, const char *name)
{
	struct linkmap_names n;

	return linkmap_read(&n, map->l_addr, map->l_ld) ?
	    linkmap_address(&n, name) : NULL;
}

const struct link_map *
linkmap_libc(void)
{
	const struct link_map *map = linkmap_first();
	struct linkmap_names n;

	for (; map != NULL; map = map->l_next)
		if (linkmap_read(&n, map->l_addr, map->l_ld) &&
		    is_same(n.soname, "libc.so.6"))
			break;
	return map;
}
