/*
 * readable - C++ and Rust names as they were written.
 */
#include "tool/dwarf/readable.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"

struct text {
	char *data;
	size_t n, cap;
	jmp_buf enough;
};

/* Libiberty cannot be told to stop; it has nothing to give back here. */
static void
put(const char *piece, size_t n, void *arg)
{
	struct text *t = arg;

	if (n > MIB - t->n)
		longjmp(t->enough, 1);
	if (t->n + n + 1 > t->cap) {
		size_t cap = (t->n + n + 1) * 2;
		char *more = realloc(t->data, cap);

		if (more == NULL)
			longjmp(t->enough, 1);
		t->data = more;
		t->cap = cap;
	}
	memcpy(t->data + t->n, piece, n);
	t->n += n;
	t->data[t->n] = '\0';
}

/* Rust's older names are C++ names, too. */
char *
readable_name(const char *name, int options)
{
	struct text t = { .data = NULL };

	if (setjmp(t.enough) == 0) {
		if (rust_demangle_callback(name, options, put, &t) != 0 &&
		    t.n > 0)
			return t.data;
		t.n = 0;
		if (cplus_demangle_v3_callback(name, options, put, &t) != 0 &&
		    t.n > 0)
			return t.data;
	}
	free(t.data);
	return NULL;
}
