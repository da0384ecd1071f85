/*
 * heap_names - the two variables of jemalloc's public interface.
 *
 * They are in a file of their own so that every reference to them goes through
 * the symbol table: a program that defines them defines ours.
 */
#include "common/base/attrs.h"

extern DIAG_EXPORT const char *malloc_conf;
extern DIAG_EXPORT void (*malloc_message)(void *, const char *);

const char *malloc_conf;
void (*malloc_message)(void *, const char *);
