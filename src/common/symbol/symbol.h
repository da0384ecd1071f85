/*
 * symbol - from an address in an ELF object to the name of a function.
 *
 * Reads .symtab (static functions included) or, without it, .dynsym, from a
 * mapped file with every offset checked, builds a sorted index once, and
 * answers by binary search.  No malloc, no libelf: the shim uses it.  File and
 * line are the tool's business (tool/dwarf).
 *
 * Memory   the file is mapped read-only; the index is mem_map'ed.
 * Threads  a symbol_file is read-only after symbol_open(); any number read.
 * Fork     nothing to do.
 */
#ifndef DIAG_SYMBOL_SYMBOL_H
#define DIAG_SYMBOL_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"

enum { BUILD_ID_MAX = 32 };

struct build_id {
	uint8_t bytes[BUILD_ID_MAX];
	uint8_t len;		/* 0: there is none */
};

struct symbol_file;	/* one opened ELF object with its index */

/* Opens the ELF object in the open descriptor @fd (which the caller closes
 * afterwards); NULL with *@err a negative errno when it is not ELF, damaged
 * beyond use, or there is no memory.  Objects without any symbols open fine
 * and find nothing. */
struct symbol_file *symbol_open(int fd, int *err);

/* The same from what is mapped at load bias @bias: exported names alone, all
 * copied; NULL when there are none. */
struct headers;
IN_HOOK struct symbol_file *symbol_open_mapped(uintptr_t bias,
    const struct headers *h);
void symbol_close(struct symbol_file *f);

const struct build_id *symbol_build_id(const struct symbol_file *f);

/* Finds the function that covers @vaddr (an ELF virtual address: address minus
 * load bias).  Returns its name, which points into the mapped file and ends
 * with a NUL inside it, and sets *@start to its first vaddr; NULL when there
 * is none (a stripped function). */
IN_HOOK const char *symbol_find(const struct symbol_file *f, uint64_t vaddr,
    uint64_t *start);

/* The build-id note in the program headers of an object that is mapped at
 * load bias @bias with @phnum headers at @phdr (from dl_phdr_info). */
bool symbol_mapped_build_id(uint64_t bias, const void *phdr, unsigned phnum,
    struct build_id *out);

void build_id_hex(struct buf *b, const struct build_id *id);

#endif
