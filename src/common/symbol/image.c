/*
 * image - what an object tells of itself where the loader has mapped it.
 */
#include "common/symbol/image.h"

#include <elf.h>
#include <string.h>

#include "common/base/sys.h"

enum {
	PIECE = 4096,
	CODE_MAX = 4 << 20,	/* bytes of code that are compared */
	HASH_HEAD = 4,		/* words before the filter of a GNU hash */
};

/* The bytes from @at to the end of the segment that holds it; 0: none does. */
static size_t
room_at(uintptr_t bias, const struct headers *h, uintptr_t at)
{
	for (unsigned i = 0; i < h->count; i++) {
		const ElfW(Phdr) *ph = &h->segment[i];
		uintptr_t from = at - (bias + ph->p_vaddr);

		if (ph->p_type == PT_LOAD && (ph->p_flags & PF_R) != 0 &&
		    from < ph->p_memsz)
			return ph->p_memsz - from;
	}
	return 0;
}

/* The loader writes addresses over the values of most objects; it leaves
 * those of the vdso alone. */
static struct image_table
table_of(uintptr_t bias, const struct headers *h, uint64_t value)
{
	uintptr_t at = room_at(bias, h, value) != 0 ? value : bias + value;

	return (struct image_table){
	    .data = (const void *)at,
	    .size = value == 0 ? 0 : room_at(bias, h, at),
	};
}

/* How many symbols a GNU hash table tells of: the last chain has the last. */
static size_t
count_by_gnu_hash(const struct image_table *t)
{
	const uint32_t *word = t->data;
	size_t words = t->size / sizeof(*word), chains;
	uint32_t last = 0;

	if (words < HASH_HEAD)
		return 0;
	chains = HASH_HEAD + 2 * (size_t)word[2];
	if (chains > words || word[0] > words - chains)
		return 0;
	for (uint32_t i = 0; i < word[0]; i++)
		last = MAX(last, word[chains + i]);
	chains += word[0];
	if (last < word[1])
		return word[1];
	for (;; last++) {
		if ((size_t)last - word[1] >= words - chains)
			return 0;
		if (word[chains + last - word[1]] & 1)
			return (size_t)last + 1;
	}
}

static size_t
count_by_hash(const struct image_table *t)
{
	return t->size < 2 * sizeof(uint32_t) ? 0 :
	    ((const uint32_t *)t->data)[1];
}

struct dynamic {
	uint64_t symbols, names, names_size, hash, gnu_hash;
};

static bool
read_dynamic(uintptr_t bias, const struct headers *h, struct dynamic *d)
{
	const ElfW(Dyn) *dyn = NULL;
	size_t n = 0;

	for (unsigned i = 0; i < h->count; i++) {
		if (h->segment[i].p_type != PT_DYNAMIC)
			continue;
		dyn = (const void *)(bias + h->segment[i].p_vaddr);
		n = MIN(h->segment[i].p_memsz, room_at(bias, h,
		    (uintptr_t)dyn)) / sizeof(*dyn);
	}
	memset(d, 0, sizeof(*d));
	for (size_t i = 0; i < n && dyn[i].d_tag != DT_NULL; i++) {
		uint64_t value = dyn[i].d_un.d_val;

		switch (dyn[i].d_tag) {
		case DT_SYMTAB:
			d->symbols = value;
			break;
		case DT_STRTAB:
			d->names = value;
			break;
		case DT_STRSZ:
			d->names_size = value;
			break;
		case DT_HASH:
			d->hash = value;
			break;
		case DT_GNU_HASH:
			d->gnu_hash = value;
			break;
		}
	}
	return d->symbols != 0 && d->names != 0;
}

bool
image_symbols(uintptr_t bias, const struct headers *h,
    struct image_table *symbols, struct image_table *names)
{
	struct image_table hash, gnu_hash;
	struct dynamic d;
	size_t n;

	if (!read_dynamic(bias, h, &d))
		return false;
	*symbols = table_of(bias, h, d.symbols);
	*names = table_of(bias, h, d.names);
	names->size = MIN(names->size, d.names_size);
	hash = table_of(bias, h, d.hash);
	gnu_hash = table_of(bias, h, d.gnu_hash);
	n = hash.size != 0 ? count_by_hash(&hash) :
	    count_by_gnu_hash(&gnu_hash);
	if (n == 0 || n > symbols->size / sizeof(ElfW(Sym)) ||
	    names->size == 0)
		return false;
	symbols->size = n * sizeof(ElfW(Sym));
	return true;
}

static bool
is_same_code(uintptr_t bias, const ElfW(Phdr) *ph, int fd)
{
	char mapped[PIECE], filed[PIECE];
	size_t n = MIN(ph->p_filesz, (size_t)CODE_MAX);

	for (size_t at = 0; at < n; at += PIECE) {
		size_t len = MIN(n - at, (size_t)PIECE);

		if (sys_pread(fd, filed, len, (off_t)(ph->p_offset + at)) !=
		    (ssize_t)len ||
		    !sys_copy(mapped, bias + ph->p_vaddr + at, len) ||
		    memcmp(filed, mapped, len) != 0)
			return false;
	}
	return n != 0;
}

bool
image_is_file(uintptr_t bias, const struct headers *h, int fd)
{
	bool same = false;

	for (unsigned i = 0; i < h->count; i++) {
		const ElfW(Phdr) *ph = &h->segment[i];

		if (ph->p_type != PT_LOAD || (ph->p_flags & PF_X) == 0)
			continue;
		if (!is_same_code(bias, ph, fd))
			return false;
		same = true;
	}
	return same;
}
