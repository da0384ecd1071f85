/*
 * elf - the tables of an ELF file, read with every offset checked.
 *
 * Tables are copied out of the file with pread, never mapped: a file that is
 * cut or replaced while the host runs (a package upgrade) then cannot raise
 * SIGBUS in the host.  Only 64-bit little-endian objects are understood.
 *
 * Memory   mem_map'ed copies; a struct elf_file holds the section headers.
 * Threads  a struct elf_file has one owner.
 * Fork     nothing to do.
 */
#ifndef DIAG_SYMBOL_ELF_H
#define DIAG_SYMBOL_ELF_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/symbol/symbol.h"

/* Bytes copied out of a file; @data is NULL when @size is 0. */
struct elf_bytes {
	void *data;
	size_t size;
};

struct elf_file {
	int fd;
	uint64_t size;		/* of the file, when it was opened */
	Elf64_Ehdr header;
	struct elf_bytes sections;	/* Elf64_Shdr each */
	unsigned section_count;
};

/* Reads the header and the section headers of @fd.  Returns 0 or a negative
 * errno; -ENOEXEC when it is not an ELF object of ours. */
int elf_open(struct elf_file *e, int fd);
void elf_close(struct elf_file *e);

/* The header of section @index, or NULL. */
const Elf64_Shdr *elf_section(const struct elf_file *e, unsigned index);
/* The first section of @type, or NULL. */
const Elf64_Shdr *elf_section_of_type(const struct elf_file *e, uint32_t type);

/* Copies the contents of @sh, followed by a NUL byte.  Returns 0 or a negative
 * errno; the copy is given back with elf_drop(). */
int elf_load(const struct elf_file *e, const Elf64_Shdr *sh,
    struct elf_bytes *out);
void elf_drop(struct elf_bytes *b);

/* The build-id note of the file, from its note segments. */
bool elf_build_id(const struct elf_file *e, struct build_id *out);
/* The build-id among the @n bytes of notes at @notes. */
SIGNAL_SAFE bool elf_note_build_id(const uint8_t *notes, size_t n,
    struct build_id *out);

#endif
