/*
 * headers - three places to look: the piece's own beginning, the address of
 * the object's first byte, and what the kernel told the program of itself.
 */
#include "common/symbol/headers.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

/* How much of [at, the end of its piece) belongs to the object of @link. */
static size_t
room_at(uintptr_t at, const struct link_map *link)
{
	struct dl_find_object piece;

	if (at == 0 || _dl_find_object((void *)at, &piece) != 0 ||
	    piece.dlfo_link_map != link)
		return 0;
	return (uintptr_t)piece.dlfo_map_end - at;
}

static bool
read_header(uintptr_t at, size_t room, struct headers *out)
{
	const ElfW(Ehdr) *eh = (const void *)at;

	if (room < sizeof(*eh) ||
	    memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 ||
	    eh->e_phentsize != sizeof(ElfW(Phdr)) || eh->e_phoff > room ||
	    eh->e_phnum * sizeof(ElfW(Phdr)) > room - eh->e_phoff)
		return false;
	out->segment = (const void *)(at + eh->e_phoff);
	out->count = eh->e_phnum;
	return true;
}

/* The program's own, where it lies at the addresses it was linked to. */
static bool
ask_kernel(const struct link_map *link, struct headers *out)
{
	uintptr_t at = getauxval(AT_PHDR);
	size_t count = getauxval(AT_PHNUM);

	if (room_at(at, link) < count * sizeof(ElfW(Phdr)))
		return false;
	out->segment = (const void *)at;
	out->count = (unsigned)count;
	return count != 0;
}

bool
headers_find(const struct dl_find_object *found, struct headers *out)
{
	const struct link_map *link = found->dlfo_link_map;
	uintptr_t start = (uintptr_t)found->dlfo_map_start;

	return read_header(start, (uintptr_t)found->dlfo_map_end - start,
		   out) ||
	    read_header(link->l_addr, room_at(link->l_addr, link), out) ||
	    ask_kernel(link, out);
}
