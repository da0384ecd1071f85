/*
 * modules - a table of what was mapped where, filled from _dl_find_object(),
 * which takes no lock.
 */
#include "shim/stack/modules.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/symbol/headers.h"

/* So many bytes at a module's start, where the ELF header, the program headers
 * and commonly the build-id are, tell it from another one. */
enum { PRINT_BYTES = 1024 };

/* Filled from slot 1 upward, never emptied. */
static _Atomic(struct module *) *table;
static _Atomic uint32_t epoch = 1;

int
modules_init(void)
{
	if (table == NULL)
		table = mem_reserve(MODULES_MAX * sizeof(*table));
	return table == NULL ? -ENOMEM : 0;
}

uint32_t
modules_epoch(void)
{
	return atomic_load_explicit(&epoch, memory_order_acquire);
}

void
modules_forget(void)
{
	atomic_fetch_add_explicit(&epoch, 1, memory_order_acq_rel);
}

const struct module *
modules_get(uint32_t number)
{
	if (table == NULL || number == 0 || number >= MODULES_MAX)
		return NULL;
	return atomic_load_explicit(&table[number], memory_order_acquire);
}

static uint64_t
print_of(const struct dl_find_object *found)
{
	const uint8_t *p = found->dlfo_map_start;
	size_t n = (size_t)((uint8_t *)found->dlfo_map_end - p);
	uint64_t h = 0xcbf29ce484222325, word;

	n = MIN(n, (size_t)PRINT_BYTES);
	for (size_t i = 0; i + 8 <= n; i += 8) {
		memcpy(&word, p + i, 8);
		h = (h ^ word) * 0x100000001b3;
		h ^= h >> 29;
	}
	return h;
}

/* The loadable segment that holds the unwind table bounds what is read of it;
 * a module whose headers are not to be had is taken as a whole. */
static void
bound_image(struct module *m, const struct dl_find_object *found)
{
	uintptr_t hdr = (uintptr_t)m->image.hdr;
	struct headers h;

	m->image.low = (const uint8_t *)m->start;
	m->image.high = (const uint8_t *)m->end;
	if (!headers_find(found, &h))
		return;
	for (unsigned i = 0; i < h.count; i++) {
		const ElfW(Phdr) *ph = &h.segment[i];
		uintptr_t low = m->bias + ph->p_vaddr;

		if (ph->p_type != PT_LOAD || hdr - low >= ph->p_memsz)
			continue;
		m->image.low = (const uint8_t *)low;
		m->image.high = (const uint8_t *)low + ph->p_memsz;
		return;
	}
}

/* iconv() loads and unloads its modules by a way that no preload sees. */
static bool
is_fleeting(const char *name)
{
	return strstr(name, "/gconv/") != NULL;
}

static struct module *
make_record(const struct dl_find_object *found, uint64_t print)
{
	const struct link_map *link = found->dlfo_link_map;
	const char *name = link->l_name == NULL ? "" : link->l_name;
	size_t n = strlen(name) + 1;
	struct module *m = mem_forever(sizeof(*m) + n);
	char *copy = (char *)(m + 1);

	if (m == NULL)
		return NULL;
	memcpy(copy, name, n);
	m->start = (uintptr_t)found->dlfo_map_start;
	m->end = (uintptr_t)found->dlfo_map_end;
	m->bias = link->l_addr;
	m->link = link;
	m->print = print;
	m->name = copy;
	m->fleeting = is_fleeting(copy);
	m->image.hdr = found->dlfo_eh_frame;
	if (m->image.hdr != NULL)
		bound_image(m, found);
	atomic_init(&m->epoch, modules_epoch());
	return m;
}

static bool
is_same_place(const struct module *m, const struct dl_find_object *found)
{
	return m->start == (uintptr_t)found->dlfo_map_start &&
	    m->end == (uintptr_t)found->dlfo_map_end &&
	    m->link == found->dlfo_link_map &&
	    m->image.hdr == found->dlfo_eh_frame;
}

/* Is it @m?  Its bytes are compared once in an epoch. */
static bool
is_it(struct module *m, const struct dl_find_object *found, uint32_t now)
{
	if (!is_same_place(m, found))
		return false;
	if (!m->fleeting && atomic_load_explicit(&m->epoch,
	    memory_order_relaxed) == now)
		return true;
	if (m->print != print_of(found))
		return false;
	atomic_store_explicit(&m->epoch, now, memory_order_relaxed);
	return true;
}

/* The record for @found: a known one, or a new one in the first free slot. */
static const struct module *
find_or_add(const struct dl_find_object *found)
{
	uint32_t now = modules_epoch();
	struct module *fresh = NULL;

	for (uint32_t i = 1; i < MODULES_MAX; i++) {
		struct module *m = atomic_load_explicit(&table[i],
		    memory_order_acquire);

		if (m == NULL) {
			if (fresh == NULL)
				fresh = make_record(found, print_of(found));
			if (fresh == NULL)
				return NULL;
			fresh->number = i;
			if (atomic_compare_exchange_strong(&table[i], &m,
			    fresh))
				return fresh;
		}
		if (is_it(m, found, now))
			return m;
	}
	return NULL;
}

const struct module *
modules_find(uintptr_t at)
{
	struct dl_find_object found;

	/* The loader takes a pointer to code; it does not follow it. */
	if (table == NULL || _dl_find_object((void *)at, &found) != 0)
		return NULL;
	return find_or_add(&found);
}

bool
modules_has_code(uintptr_t at)
{
	struct dl_find_object found;

	return _dl_find_object((void *)at, &found) == 0;
}
