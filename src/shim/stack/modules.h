/*
 * modules - which mapped object an address of code belongs to, for ever.
 *
 * A module is known by where it is mapped and by a print of its first bytes.
 * Its number never names another module, also when a dlclose() and a dlopen()
 * give the same addresses to other code: then the other code gets a number of
 * its own, once modules_forget() has said that unloading happened.
 *
 * Memory   a record per module that code was seen in, kept for ever.
 * Threads  any; records are published by compare-and-swap and only their
 *          @epoch changes, written by any thread that looked again.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_MODULES_H
#define DIAG_STACK_MODULES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/stack/cfi.h"

enum { MODULES_MAX = 65536 };

struct module {
	uintptr_t start, end;	/* where it is mapped */
	uintptr_t bias;		/* run-time address - address in the file */
	const void *link;	/* the loader's record, only compared */
	uint64_t print;
	struct cfi_image image;	/* @hdr is NULL without a table */
	const char *name;	/* the loader's; "" for the program */
	uint32_t number;
	bool fleeting;		/* may be unloaded without our knowing */
	_Atomic uint32_t epoch;	/* when it was last seen to be there */
};

/* 0 or -errno. */
int modules_init(void);

/* The module whose code holds @at, which must be code that is on a stack now
 * (so it cannot be unloaded meanwhile); NULL when there is none. */
IN_HOOK const struct module *modules_find(uintptr_t at);

/* The module with that number, NULL when there is none. */
SIGNAL_SAFE const struct module *modules_get(uint32_t number);

/* Something was unloaded, so what is known must be looked at again. */
void modules_forget(void);
/* Grows by one with every modules_forget(); never 0. */
SIGNAL_SAFE uint32_t modules_epoch(void);

/* True when @at lies in code that the loader knows; touches no memory there. */
IN_HOOK bool modules_has_code(uintptr_t at);

#endif
