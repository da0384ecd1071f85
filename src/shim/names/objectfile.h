/*
 * objectfile - the file that an object was loaded from, and its symbols.
 *
 * The loader's name of an object is what the host gave to dlopen(): it may be
 * relative to a directory that the host has left, or a number of a descriptor.
 * The kernel knows the file by the mapping, also when it was moved since.  A
 * file is believed when its build-id is the one in memory; without a build-id,
 * when its code is.  When there is no such file any more, exported names are
 * taken from memory.
 *
 * Memory   the caller's; what symbol_open() maps.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_NAMES_OBJECTFILE_H
#define DIAG_NAMES_OBJECTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/symbol/symbol.h"

enum { OBJECTFILE_PATH_MAX = 1024 };

/* Is the loader's @name good for ever: absolute, and no descriptor's number? */
SIGNAL_SAFE bool objectfile_is_lasting(const char *name);

/* Copies to @to where the object that is mapped at @at and called @name by the
 * loader comes from: an absolute path where one is to be had.  @alone: no
 * other thread of the host runs yet. */
IN_HOOK void objectfile_path(const char *name, uintptr_t at, bool alone,
    char to[OBJECTFILE_PATH_MAX]);

struct objectfile {
	const char *path;	/* from objectfile_path() */
	const char *name;	/* the loader's */
	uintptr_t start, bias;	/* where it is, or was, mapped */
	const struct build_id *build_id;
	bool loaded;		/* still */
};

/* The symbols, or NULL. */
IN_HOOK struct symbol_file *objectfile_symbols(const struct objectfile *f,
    bool alone);

#endif
