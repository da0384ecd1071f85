/*
 * vdso - functions that the kernel puts into every process.
 *
 * Memory   none; the image is the kernel's.
 * Threads  any.
 * Fork     nothing to do: the child has the same image.
 */
#ifndef DIAG_BASE_VDSO_H
#define DIAG_BASE_VDSO_H

#include "common/base/attrs.h"

/* The function @name of the ELF image at @image (AT_SYSINFO_EHDR), or NULL. */
void *vdso_find(const void *image, const char *name);

#endif
