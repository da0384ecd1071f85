/*
 * heap_host - does the host configure a jemalloc of its own?
 */
#include "shim/heap/heap_host.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "shim/heap/heap.h"
#include "shim/heap/jem.h"

/* The main program's dynamic section, and where it was loaded. */
static const ElfW(Dyn) *
main_dynamic(uintptr_t *bias)
{
	const ElfW(Phdr) *ph = (const void *)getauxval(AT_PHDR);
	unsigned long n = getauxval(AT_PHNUM);
	const ElfW(Phdr) *dynamic = NULL;

	*bias = 0;
	for (unsigned long i = 0; ph != NULL && i < n; i++) {
		if (ph[i].p_type == PT_PHDR)
			*bias = (uintptr_t)ph - ph[i].p_vaddr;
		if (ph[i].p_type == PT_DYNAMIC)
			dynamic = &ph[i];
	}
	if (dynamic == NULL)
		return NULL;
	return (const void *)(*bias + dynamic->p_vaddr);
}

/* The loader has relocated the address in the section, or not yet. */
static const char *
string_table(const ElfW(Dyn) *d, uintptr_t bias)
{
	for (; d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_STRTAB)
			return (const char *)(d->d_un.d_ptr >= bias ?
			    d->d_un.d_ptr : d->d_un.d_ptr + bias);
	return NULL;
}

bool
heap_host_has_jemalloc(void)
{
	static const char name[] = "libjemalloc.so";
	uintptr_t bias;
	const ElfW(Dyn) *d = main_dynamic(&bias);
	const char *strings = d == NULL ? NULL : string_table(d, bias);

	for (; strings != NULL && d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_NEEDED && strncmp(strings + d->d_un.d_val,
		    name, sizeof(name) - 1) == 0)
			return true;
	return false;
}

char *
heap_host_getenv(const char *name)
{
	size_t n = strlen(name);

	if (getauxval(AT_SECURE) != 0 || environ == NULL)
		return NULL;
	for (char **e = environ; *e != NULL; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return *e + n + 1;
	return NULL;
}

/* Exported, because jemalloc's interface has it; the program's own definition
 * comes before ours in the search order.  libdiag is linked so that data
 * references stay open to that. */
extern DIAG_EXPORT const char *malloc_conf;
extern DIAG_EXPORT void (*malloc_message)(void *, const char *);

const char *
heap_host_malloc_conf(void)
{
	return malloc_conf;
}

static void
pass_message(void *arg, const char *text)
{
	if (malloc_message != NULL)
		malloc_message(arg, text);
}

void
heap_start_messages(void)
{
	jem_malloc_message = pass_message;
}
