/*
 * vdso - a look-up in the dynamic symbol table of the kernel's image.
 *
 * The image is the kernel's and is trusted, as the C library trusts it.
 */
#include "common/base/vdso.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

struct image {
	uintptr_t bias;		/* address minus ELF address */
	const Elf64_Dyn *dynamic;
	const Elf64_Sym *symbols;
	const char *strings;
	const uint32_t *hash, *gnu_hash;
};

static void
read_segments(struct image *im, const Elf64_Ehdr *ehdr)
{
	const Elf64_Phdr *ph =
	    (const void *)((const char *)ehdr + ehdr->e_phoff);
	const Elf64_Phdr *dynamic = NULL;

	for (int i = ehdr->e_phnum - 1; i >= 0; i--) {
		if (ph[i].p_type == PT_LOAD)
			im->bias = (uintptr_t)ehdr + ph[i].p_offset -
			    ph[i].p_vaddr;
		if (ph[i].p_type == PT_DYNAMIC)
			dynamic = &ph[i];
	}
	if (dynamic != NULL)
		im->dynamic = (const void *)((const char *)ehdr +
		    dynamic->p_offset);
}

static void
read_dynamic(struct image *im)
{
	for (const Elf64_Dyn *d = im->dynamic; d->d_tag != DT_NULL; d++) {
		const void *at = (const void *)(im->bias + d->d_un.d_ptr);

		if (d->d_tag == DT_SYMTAB)
			im->symbols = at;
		else if (d->d_tag == DT_STRTAB)
			im->strings = at;
		else if (d->d_tag == DT_HASH)
			im->hash = at;
		else if (d->d_tag == DT_GNU_HASH)
			im->gnu_hash = at;
	}
}

/* How many symbols the GNU hash table knows: one more than the last entry of
 * the chain that begins last. */
static uint32_t
count_by_gnu_hash(const uint32_t *h)
{
	uint32_t buckets = h[0], first = h[1], bloom_words = h[2];
	const uint32_t *bucket = h + 4 + 2 * (size_t)bloom_words;
	const uint32_t *chain = bucket + buckets;
	uint32_t last = 0;

	for (uint32_t i = 0; i < buckets; i++)
		last = MAX(last, bucket[i]);
	if (last < first)
		return 0;
	while ((chain[last - first] & 1) == 0)
		last++;
	return last + 1;
}

static uint32_t
count_symbols(const struct image *im)
{
	if (im->hash != NULL)
		return im->hash[1];
	return im->gnu_hash == NULL ? 0 : count_by_gnu_hash(im->gnu_hash);
}

void *
vdso_find(const void *image, const char *name)
{
	struct image im = { 0 };
	uint32_t n;

	if (memcmp(image, ELFMAG, SELFMAG) != 0)
		return NULL;
	read_segments(&im, image);
	if (im.dynamic == NULL)
		return NULL;
	read_dynamic(&im);
	if (im.symbols == NULL || im.strings == NULL)
		return NULL;
	n = count_symbols(&im);
	for (uint32_t i = 0; i < n; i++)
		if (im.symbols[i].st_shndx != SHN_UNDEF &&
		    strcmp(im.strings + im.symbols[i].st_name, name) == 0)
			return (void *)(im.bias + im.symbols[i].st_value);
	return NULL;
}
