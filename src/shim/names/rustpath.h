/*
 * rustpath - the parts of the path that one of Rust's mangled names has.
 *
 * Memory   the caller's; parts point into the name.
 * Threads  any.
 * Fork     nothing to do.
 */
#ifndef DIAG_NAMES_RUSTPATH_H
#define DIAG_NAMES_RUSTPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum { RUSTPATH_PARTS = 16 };

struct rustpath_part {
	const char *name;
	size_t length;
	uint64_t closure;	/* its number + 1; 0: it is none */
};

struct rustpath {
	const char *begin, *at;
	unsigned depth, steps;	/* names that refer to others may be as deep and
				 * as long as they like */
	unsigned quiet;		/* while not 0 no name is kept */
	bool bad;
	unsigned n;
	struct rustpath_part part[RUSTPATH_PARTS];
};

/* Reads the path at @r->at, behind the "_R" of RFC 2603, into @r, which is all
 * zero otherwise; @r->bad when there is none. */
DETACHED void rustpath_read(struct rustpath *r);

/* What the mangling before needs of it: a number, so many bytes, a part. */
DETACHED uint64_t rustpath_decimal(struct rustpath *r);
DETACHED struct rustpath_part rustpath_bytes(struct rustpath *r, uint64_t n);
DETACHED void rustpath_keep(struct rustpath *r, const struct rustpath_part *p);

#endif
