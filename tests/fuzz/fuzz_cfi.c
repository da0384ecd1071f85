/*
 * fuzz_cfi - .eh_frame_hdr and .eh_frame that no compiler wrote.
 *
 * The seeds are this program's own tables.  The last four bytes choose the
 * place that is looked up.
 *
 * sources: src/common/base src/shim/stack/cfi.c src/shim/stack/cfirun.c
 */
#include "tests/fuzz/replay.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "shim/stack/cfi.h"

static void
look_up(const struct cfi_image *image, uintptr_t at)
{
	const uint8_t *from, *to;
	struct cfi_row row;

	if (cfi_find(image, at, &row) != 0)
		return;
	for (unsigned i = 0; i < CFI_REGS; i++) {
		volatile uint8_t byte;

		if (row.how[i] != CFI_EXPR && row.how[i] != CFI_VAL_EXPR)
			continue;
		if (!cfi_expression(image, row.val[i], &from, &to))
			continue;
		for (; from < to; from++)
			byte = *from;
		(void)byte;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cfi_image image = { data, data, data + size };
	int32_t offset = 0;

	if (size < 8)
		return 0;
	memcpy(&offset, data + size - 4, 4);
	look_up(&image, (uintptr_t)data + (uintptr_t)(intptr_t)offset);
	for (size_t i = 12; i + 4 <= size && i < 12 + 16 * 8; i += 8) {
		memcpy(&offset, data + i, 4);
		look_up(&image, (uintptr_t)data + (uintptr_t)(intptr_t)offset +
		    data[i] % 64);
	}
	return 0;
}

struct seed {
	unsigned n;
	uint8_t *to;
	size_t room, size;
};

/* Copies a module's tables: .eh_frame follows .eh_frame_hdr, as ld lays it. */
static int
copy_module(struct dl_phdr_info *info, size_t len, void *arg)
{
	struct seed *s = arg;
	const ElfW(Phdr) *hdr = NULL, *load = NULL;
	size_t n;

	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME)
			hdr = &info->dlpi_phdr[i];
	}
	for (unsigned i = 0; hdr != NULL && i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && hdr->p_vaddr >= p->p_vaddr &&
		    hdr->p_vaddr < p->p_vaddr + p->p_filesz)
			load = p;
	}
	if (load == NULL || s->n-- != 0)
		return 0;
	n = load->p_vaddr + load->p_filesz - hdr->p_vaddr;
	s->size = n < s->room ? n : s->room;
	memcpy(s->to, (const void *)(info->dlpi_addr + hdr->p_vaddr),
	    s->size);
	return 1;
}

size_t
fuzz_seed(unsigned n, uint8_t *to, size_t room)
{
	struct seed s = { n, to, room < 65536 ? room : 65536, 0 };

	dl_iterate_phdr(copy_module, &s);
	return n < 4 ? s.size : 0;
}
