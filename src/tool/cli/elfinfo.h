/*
 * elfinfo - what the headers of an ELF file say about how it is started.
 *
 * The bytes are a stranger's: every offset and length is checked against the
 * size of the file before it is used, so no file can make the reader touch
 * memory that is not the file's.
 *
 * Memory   the caller's.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_ELFINFO_H
#define DIAG_CLI_ELFINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ELFINFO_INTERP_MAX = 256 };

struct elfinfo {
	unsigned bits;		/* 32 or 64; 0 when the file does not say */
	bool native;		/* this machine's word size and byte order:
				 * only then are the fields after machine set */
	uint16_t machine;	/* EM_X86_64, ... */
	uint16_t type;		/* ET_EXEC, ET_DYN, ... */
	char interp[ELFINFO_INTERP_MAX]; /* the loader it asks for; "" none */
	bool is_loader;		/* it is itself a loader (ld-linux...) */
	const char *sanitizer;	/* "AddressSanitizer" when one is inside */
};

enum elfinfo_result { ELFINFO_OK, ELFINFO_NOT_ELF, ELFINFO_DAMAGED };

/* Fills @out from the @len bytes of the file at @data.  A damaged file leaves
 * in @out what was read before the damage. */
enum elfinfo_result elfinfo_read(const uint8_t *data, size_t len,
    struct elfinfo *out);

/* The usual name of an ELF machine ("i386"), or NULL for a rare one. */
const char *elfinfo_machine_name(uint16_t machine);

#endif
