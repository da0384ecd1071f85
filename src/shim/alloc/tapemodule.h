/*
 * tapemodule - a loaded object as the tape describes it.
 *
 * Memory   the executable's path, static.
 * Threads  any, after tapemodule_init().
 * Fork     the child keeps the path.
 */
#ifndef DIAG_ALLOC_TAPEMODULE_H
#define DIAG_ALLOC_TAPEMODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "common/tape/tape.h"

/* Finds the executable's own path, which the loader does not know. */
void tapemodule_init(void);

/* The executable's path. */
const char *tapemodule_program(void);

/* Fills @m with what there is to say of module @number, code of which is on a
 * stack now; false when there is no such module.  @m->path points to memory
 * that lives as long as the module. */
IN_HOOK bool tapemodule_describe(uint32_t number, struct tape_module *m);

#endif
