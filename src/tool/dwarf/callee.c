/*
 * callee - reads "call rel32" to a linkage table entry, and "call *slot".
 */
#include "tool/dwarf/callee.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Copies @n bytes of code or data at virtual address @at. */
static bool
read_code(Elf *elf, uint64_t at, uint8_t *to, size_t n)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(elf, scn)) != NULL) {
		Elf_Data *data;

		if (gelf_getshdr(scn, &sh) == NULL ||
		    sh.sh_type != SHT_PROGBITS || at < sh.sh_addr ||
		    at - sh.sh_addr >= sh.sh_size ||
		    sh.sh_size - (at - sh.sh_addr) < n)
			continue;
		data = elf_rawdata(scn, NULL);
		if (data == NULL || data->d_buf == NULL ||
		    at - sh.sh_addr + n > data->d_size)
			return false;
		memcpy(to, (const uint8_t *)data->d_buf + (at - sh.sh_addr),
		    n);
		return true;
	}
	return false;
}

/* The address that lies @disp, in four bytes at @p, behind @next. */
static uint64_t
relative(const uint8_t *p, uint64_t next)
{
	int32_t disp;

	memcpy(&disp, p, sizeof(disp));
	return next + (uint64_t)(int64_t)disp;
}

/* The slot through which the linkage table entry at @at jumps; 0: it is no
 * such entry.  It may begin with endbr64, and its jump with a bnd prefix. */
static uint64_t
slot_of_entry(Elf *elf, uint64_t at)
{
	static const uint8_t endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	uint8_t code[11];
	size_t i = 0;

	if (!read_code(elf, at, code, sizeof(code)))
		return 0;
	if (memcmp(code, endbr, sizeof(endbr)) == 0)
		i = sizeof(endbr);
	if (code[i] == 0xf2)
		i++;
	if (code[i] != 0xff || code[i + 1] != 0x25)
		return 0;
	return relative(code + i + 2, at + i + 6);
}

/* The slot through which the instruction in front of @ret calls; 0: none. */
static uint64_t
slot_of_call(Elf *elf, uint64_t ret)
{
	uint8_t code[6];

	if (ret < sizeof(code) ||
	    !read_code(elf, ret - sizeof(code), code, sizeof(code)))
		return 0;
	if (code[0] == 0xff && code[1] == 0x15)
		return relative(code + 2, ret);
	if (code[1] == 0xe8)
		return slot_of_entry(elf, relative(code + 2, ret));
	return 0;
}

/* The symbol of the relocation of @slot among those of section @scn. */
static bool
find_in(Elf *elf, Elf_Scn *scn, uint64_t slot, char *name, size_t room)
{
	Elf_Data *relocations = elf_getdata(scn, NULL), *symbols;
	GElf_Shdr sh, table;
	GElf_Rela rela;
	GElf_Sym sym;

	if (relocations == NULL || gelf_getshdr(scn, &sh) == NULL)
		return false;
	for (int i = 0; gelf_getrela(relocations, i, &rela) != NULL; i++) {
		const char *text;
		Elf_Scn *in = elf_getscn(elf, sh.sh_link);

		if (rela.r_offset != slot)
			continue;
		symbols = in != NULL ? elf_getdata(in, NULL) : NULL;
		if (symbols == NULL || gelf_getshdr(in, &table) == NULL ||
		    gelf_getsym(symbols, (int)GELF_R_SYM(rela.r_info),
			&sym) == NULL)
			return false;
		text = elf_strptr(elf, table.sh_link, sym.st_name);
		if (text == NULL || text[0] == '\0')
			return false;
		return snprintf(name, room, "%s", text) < (int)room;
	}
	return false;
}

static bool
find_symbol(Elf *elf, uint64_t slot, char *name, size_t room)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(elf, scn)) != NULL)
		if (gelf_getshdr(scn, &sh) != NULL &&
		    sh.sh_type == SHT_RELA &&
		    find_in(elf, scn, slot, name, room))
			return true;
	return false;
}

/* Is it the object that was recorded? */
static bool
is_object(Elf *elf, const char *build_id)
{
	const void *bits;
	ssize_t n = dwelf_elf_gnu_build_id(elf, &bits);
	char hex[3];

	if (n < 0 || strlen(build_id) != 2 * (size_t)n)
		return build_id[0] == '\0' || strcmp(build_id, "-") == 0;
	for (ssize_t i = 0; i < n; i++) {
		snprintf(hex, sizeof(hex), "%02x", ((const uint8_t *)bits)[i]);
		if (memcmp(hex, build_id + 2 * i, 2) != 0)
			return false;
	}
	return true;
}

bool
callee_find(const char *path, const char *build_id, uint64_t ret, char *name,
    size_t room)
{
	bool found = false;
	uint64_t slot;
	GElf_Ehdr eh;
	Elf *elf;
	int fd;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return false;
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf != NULL && gelf_getehdr(elf, &eh) != NULL &&
	    eh.e_machine == EM_X86_64 && is_object(elf, build_id)) {
		slot = slot_of_call(elf, ret);
		found = slot != 0 && find_symbol(elf, slot, name, room);
	}
	elf_end(elf);
	close(fd);
	return found;
}
