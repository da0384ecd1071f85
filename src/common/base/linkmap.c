/*
 * linkmap - dynamic sections and their GNU hash tables.
 */
#include "common/base/linkmap.h"

#include <dlfcn.h>
#include <elf.h>
#include <stddef.h>
#include <stdint.h>

enum { HIDDEN_VERSION = 0x8000 };

/* The parts of a dynamic section that names are found with. */
struct dynamic {
	uintptr_t bias;
	const ElfW(Sym) *symbols;
	const char *strings;
	const ElfW(Half) *versions;
	const uint32_t *hash;
	size_t name;		/* its own, in @strings; 0: none */
};

/* The hash table's parts follow each other: four numbers, a filter, buckets,
 * chains. */
struct hash_table {
	uint32_t nbuckets;
	uint32_t first;		/* symbols before it are not in the table */
	const uint32_t *buckets, *chains;
};

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

/* The loader makes addresses of what the file has as offsets, but not in all
 * objects. */
static bool
read_dynamic(struct dynamic *d, const struct link_map *map)
{
	*d = (struct dynamic){ .bias = map->l_addr };
	for (const ElfW(Dyn) *e = map->l_ld; e != NULL && e->d_tag != DT_NULL;
	    e++) {
		uintptr_t at = e->d_un.d_ptr < d->bias ?
		    e->d_un.d_ptr + d->bias : e->d_un.d_ptr;

		if (e->d_tag == DT_SYMTAB)
			d->symbols = (const ElfW(Sym) *)at;
		else if (e->d_tag == DT_STRTAB)
			d->strings = (const char *)at;
		else if (e->d_tag == DT_VERSYM)
			d->versions = (const ElfW(Half) *)at;
		else if (e->d_tag == DT_GNU_HASH)
			d->hash = (const uint32_t *)at;
		else if (e->d_tag == DT_SONAME)
			d->name = e->d_un.d_val;
	}
	return d->symbols != NULL && d->strings != NULL && d->hash != NULL;
}

static struct hash_table
read_hash(const uint32_t *table)
{
	uint32_t filter = table[2];
	const uint32_t *buckets = table + 4 + filter *
	    (sizeof(ElfW(Addr)) / sizeof(*table));

	return (struct hash_table){
		.nbuckets = table[0],
		.first = table[1],
		.buckets = buckets,
		.chains = buckets + table[0],
	};
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
is_default(const struct dynamic *d, uint32_t i)
{
	return d->symbols[i].st_shndx != SHN_UNDEF && (d->versions == NULL ||
	    (d->versions[i] & HIDDEN_VERSION) == 0);
}

const struct link_map *
linkmap_libc(void)
{
	const struct link_map *map = linkmap_first();
	struct dynamic d;

	for (; map != NULL; map = map->l_next)
		if (read_dynamic(&d, map) && d.name != 0 &&
		    is_same(d.strings + d.name, "libc.so.6"))
			break;
	return map;
}

static const ElfW(Sym) *
find(const struct dynamic *d, const char *name)
{
	struct hash_table t = read_hash(d->hash);
	uint32_t hash = hash_of(name), i;

	if (t.nbuckets == 0)
		return NULL;
	for (i = t.buckets[hash % t.nbuckets]; i >= t.first && i != 0; i++) {
		uint32_t chain = t.chains[i - t.first];

		if ((chain | 1) == (hash | 1) && is_default(d, i) &&
		    is_same(d->strings + d->symbols[i].st_name, name))
			return &d->symbols[i];
		if ((chain & 1) != 0)
			break;
	}
	return NULL;
}

void *
linkmap_find(const struct link_map *map, const char *name)
{
	struct dynamic d;
	const ElfW(Sym) *s = read_dynamic(&d, map) ? find(&d, name) : NULL;
	uintptr_t at;

	if (s == NULL)
		return NULL;
	at = d.bias + s->st_value;
	if (ELF64_ST_TYPE(s->st_info) == STT_GNU_IFUNC)
		return ((void *(*)(void))at)();
	return (void *)at;
}
