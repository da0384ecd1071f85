/*
 * objects - which object an address of code lies in, then and now.
 *
 * Every loaded object that a stack touches is entered once, with its bounds,
 * its build id and its symbols, and is never forgotten: a stack that was
 * captured before a dlclose() is named after the object that was there then.
 * Stack numbers only grow, so "then" is a number: what stack_limit() was when
 * the object went away.
 *
 * Objects are found with _dl_find_object(), which takes no lock of the loader.
 *
 * Memory   a static table of pointers, entries for ever; see symbol.h.
 * Threads  readers need no lock; entering one takes ours.
 * Fork     the child keeps the table; objects_after_fork_child() resets the
 *          lock and what was announced.
 */
#ifndef DIAG_NAMES_OBJECTS_H
#define DIAG_NAMES_OBJECTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "common/symbol/symbol.h"

enum { OBJECTS_MAX = 4096 };

struct object {
	uintptr_t start, end;	/* of its mapping */
	uintptr_t bias;		/* address minus ELF virtual address */
	/* One past the last stack that can mean this object; UINT32_MAX while
	 * it is loaded.  Written under the lock. */
	_Atomic uint32_t last_stack;
	/* objects_generation() when it is loaded and its line is written;
	 * else 0. */
	_Atomic uint32_t ready;
	uint32_t announced;	/* generation of its line; under the lock */
	_Atomic(struct symbol_file *) symbols;	/* NULL: none, or not read */
	_Atomic bool symbols_tried;
	struct build_id build_id;
	bool ours;		/* libdiag.so */
	bool is_program;	/* the executable */
	const char *name;	/* unique, without white space */
	const char *path;	/* of its file, to be printed */
	const char *file;	/* the same as it is */
	const char *loader_name;	/* "" for the program */
};

/* Enters what is loaded and reads its symbols, before main. */
void objects_start(void);

/* The object that @pc lay in when stack @stack was captured; NULL when there
 * is none. */
IN_HOOK struct object *objects_find(uintptr_t pc, uint32_t stack);

/* Stacks below this number may mean another object at @pc than the one that is
 * loaded there now. */
IN_HOOK uint32_t objects_changed_at(uintptr_t pc);

/* Writes the module's line to the sink, once per process, and makes it ready.
 * False when the sink dropped it. */
IN_HOOK bool objects_announce(struct object *m);

/* The symbols of @m, read now when they were not; NULL without. */
IN_HOOK struct symbol_file *objects_symbols(struct object *m);

SIGNAL_SAFE uint32_t objects_generation(void);

/* Writes at most @max bytes of @text with what is not a plain character made
 * visible, white space too, so that a line of ours has as many words as its
 * form says. */
SIGNAL_SAFE void objects_write_word(struct buf *b, const char *text,
    size_t max);

/* Around dlclose(): everything loaded is entered before; what is gone is
 * marked afterwards.  Both inside a hook scope. */
void objects_before_close(void);
void objects_after_close(void);

void objects_after_fork_child(void);

#endif
