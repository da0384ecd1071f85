/*
 * places - from an address in an object to functions, files and lines.
 *
 * Through elfutils: debug information in the object, or in a separate file
 * found by build-id or debug link below /usr/lib/debug; calls that the
 * compiler inlined are frames of their own.  An object whose build-id is not
 * the one that was recorded is another object: it is not asked.  A separate
 * file with the right one is, also when the object itself is not there.
 *
 * Memory   owned by the handle; results are valid until places_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_DWARF_PLACES_H
#define DIAG_DWARF_PLACES_H

#include <stdbool.h>
#include <stdint.h>

enum { PLACES_MAX = 32 };

/* Why an object that was asked for tells nothing, or perhaps what is wrong. */
enum places_doubt {
	PLACES_GONE,		/* the file cannot be read: errno */
	PLACES_REPLACED,	/* it is there with another build-id */
	PLACES_CHANGED		/* no build-id, and changed since */
};

struct place {
	const char *function;	/* linkage name if there is one; NULL unknown */
	const char *file;	/* NULL unknown */
	unsigned line;
	char room[256];		/* for @function */
};

struct places;

/* Looks for separate debug files below @dir first, from here on. */
void places_search(const char *dir);

/* @lines: not the functions alone, but files, lines and inlined calls too. */
struct places *places_start(bool lines);
void places_drop(struct places *p);

/* What is at the ELF virtual address @addr of the object @path whose build-id
 * is @build_id in hexadecimal ("" when not known).  Fills @out, the innermost
 * inlined call first, and returns how many there are; 0: nothing is known. */
unsigned places_find(struct places *p, const char *path, const char *build_id,
    uint64_t addr, struct place out[PLACES_MAX]);

/* Calls @see for each object of which there is a doubt; what was changed after
 * @recorded_s (since 1970; 0: not known) was changed since. */
void places_each_doubt(const struct places *p, int64_t recorded_s,
    void (*see)(void *arg, const char *path, enum places_doubt doubt, int err),
    void *arg);

/* The readable form of a C++, Rust or D name, which the caller frees; NULL when
 * @name is not one. */
char *places_demangle(const char *name);

/* The same with the types of its parameters, and of what it returns where the
 * name has that. */
char *places_signature(const char *name);

#endif
