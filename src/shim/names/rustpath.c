/*
 * rustpath - a reader of paths; types are read where a path has one, and passed
 * over elsewhere.
 */
#include "shim/names/rustpath.h"

#include <string.h>

enum { DEPTH = 48, STEPS = 2000 };

static void read_path(struct rustpath *r);
static void read_type(struct rustpath *r);

static bool
takes(struct rustpath *r, char c)
{
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

void
rustpath_keep(struct rustpath *r, const struct rustpath_part *p)
{
	if (r->quiet != 0 || (p->length == 0 && p->closure == 0))
		return;
	if (r->n == RUSTPATH_PARTS)
		r->bad = true;
	else
		r->part[r->n++] = *p;
}

uint64_t
rustpath_decimal(struct rustpath *r)
{
	uint64_t n = 0;

	if (*r->at < '0' || *r->at > '9')
		r->bad = true;
	if (takes(r, '0'))
		return 0;
	while (*r->at >= '0' && *r->at <= '9' && n < UINT32_MAX)
		n = n * 10 + (uint64_t)(*r->at++ - '0');
	return n;
}

/* 62 for what is no digit. */
static unsigned
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 10;
	return c >= 'A' && c <= 'Z' ? (unsigned)(c - 'A') + 36 : 62;
}

/* "_" is 0, "0_" is 1.  What tells crates apart has any 64 bits. */
static uint64_t
read_base62(struct rustpath *r)
{
	uint64_t n = 0;

	if (takes(r, '_'))
		return 0;
	while (*r->at != '_') {
		unsigned digit = digit_of(*r->at);

		if (digit == 62) {
			r->bad = true;
			return 0;
		}
		n = n * 62 + digit;
		r->at++;
	}
	r->at++;
	return n + 1;
}

/* What tells names apart that are the same; 0: nothing. */
static uint64_t
read_disambiguator(struct rustpath *r)
{
	return takes(r, 's') ? read_base62(r) + 1 : 0;
}

struct rustpath_part
rustpath_bytes(struct rustpath *r, uint64_t n)
{
	struct rustpath_part p = { r->at, n, 0 };

	if (strnlen(r->at, n) < n)
		r->bad = true;
	else
		r->at += n;
	return p;
}

static struct rustpath_part
read_identifier(struct rustpath *r)
{
	uint64_t n;

	takes(r, 'u');
	n = rustpath_decimal(r);
	takes(r, '_');
	return rustpath_bytes(r, n);
}

/* Reads with @read what begins earlier in the name; a reference only ever goes
 * back, and not deeper than names do. */
static void
read_back(struct rustpath *r, void (*read)(struct rustpath *))
{
	const char *here = r->at - 1, *behind;
	uint64_t to = read_base62(r);

	behind = r->at;
	if (r->bad || to >= (uint64_t)(here - r->begin)) {
		r->bad = true;
		return;
	}
	if (r->quiet == 0) {
		r->at = r->begin + to;
		read(r);
		r->at = behind;
	}
}

static void
read_quietly(struct rustpath *r, void (*read)(struct rustpath *))
{
	r->quiet++;
	read(r);
	r->quiet--;
}

static void
read_const(struct rustpath *r)
{
	if (takes(r, 'p'))
		return;
	if (takes(r, 'B')) {
		read_back(r, read_const);
		return;
	}
	if (*r->at < 'a' || *r->at > 'z') {
		r->bad = true;
		return;
	}
	r->at++;
	while (*r->at != '_' && *r->at != '\0')
		r->at++;
	r->bad = r->bad || !takes(r, '_');
}

static void
read_argument(struct rustpath *r)
{
	if (takes(r, 'L'))
		read_base62(r);
	else if (takes(r, 'K'))
		read_const(r);
	else
		read_type(r);
}

/* Up to an E. */
static void
read_all(struct rustpath *r, void (*read)(struct rustpath *))
{
	while (!r->bad && !takes(r, 'E')) {
		if (*r->at == '\0')
			r->bad = true;
		else
			read(r);
	}
}

static void
read_function_type(struct rustpath *r)
{
	if (takes(r, 'G'))
		read_base62(r);
	takes(r, 'U');
	if (takes(r, 'K') && !takes(r, 'C'))
		read_identifier(r);
	read_all(r, read_type);
	read_type(r);
}

static void
read_bound(struct rustpath *r)
{
	read_path(r);
	while (!r->bad && takes(r, 'p')) {
		read_identifier(r);
		read_type(r);
	}
}

static void
read_dyn(struct rustpath *r)
{
	if (takes(r, 'G'))
		read_base62(r);
	read_all(r, read_bound);
	if (takes(r, 'L'))
		read_base62(r);
}

static void
read_reference(struct rustpath *r)
{
	if (takes(r, 'L'))
		read_base62(r);
	read_type(r);
}

/* A type that is no path has no name of its own: that of what it is made of
 * stands for it. */
static void
read_compound(struct rustpath *r, char c)
{
	switch (c) {
	case 'A':
		read_type(r);
		read_const(r);
		break;
	case 'S': case 'P': case 'O':
		read_type(r);
		break;
	case 'R': case 'Q':
		read_reference(r);
		break;
	case 'T':
		read_all(r, read_type);
		break;
	case 'F':
		read_quietly(r, read_function_type);
		break;
	case 'D':
		read_dyn(r);
		break;
	default:
		read_back(r, read_type);
	}
}

/* True when there is more to read, and not too much. */
static bool
goes_deeper(struct rustpath *r)
{
	if (*r->at == '\0' || r->depth == DEPTH || r->steps == STEPS)
		r->bad = true;
	if (r->bad)
		return false;
	r->depth++;
	r->steps++;
	return true;
}

static void
read_type(struct rustpath *r)
{
	char c = *r->at;

	if (!goes_deeper(r))
		return;
	if (c >= 'a' && c <= 'z') {
		r->at++;
	} else if (strchr("ASPORQTFDB", c) != NULL) {
		r->at++;
		read_compound(r, c);
	} else {
		read_path(r);
	}
	r->depth--;
}

static void
read_crate(struct rustpath *r)
{
	struct rustpath_part p;

	read_disambiguator(r);
	p = read_identifier(r);
	rustpath_keep(r, &p);
}

/* An implementation has its type's name, and where that has none, as a slice,
 * that of where it stands. */
static void
read_impl(struct rustpath *r)
{
	unsigned n = r->n;
	const char *where, *behind;

	read_disambiguator(r);
	where = r->at;
	read_quietly(r, read_path);
	read_type(r);
	if (r->quiet != 0 || r->n != n || r->bad)
		return;
	behind = r->at;
	r->at = where;
	read_path(r);
	r->at = behind;
}

static void
read_nested(struct rustpath *r)
{
	char kind = *r->at;
	struct rustpath_part p;
	uint64_t number;

	r->at += kind != '\0';
	read_path(r);
	number = read_disambiguator(r);
	p = read_identifier(r);
	if (kind == 'C')
		p.closure = number + 1;
	rustpath_keep(r, &p);
}

static void
read_path_at(struct rustpath *r, char c)
{
	switch (c) {
	case 'C':
		read_crate(r);
		break;
	case 'N':
		read_nested(r);
		break;
	case 'M':
		read_impl(r);
		break;
	case 'X':
		read_impl(r);
		read_quietly(r, read_path);
		break;
	case 'Y':
		read_type(r);
		read_quietly(r, read_path);
		break;
	case 'I':
		read_path(r);
		r->quiet++;
		read_all(r, read_argument);
		r->quiet--;
		break;
	case 'B':
		read_back(r, read_path);
		break;
	default:
		r->bad = true;
	}
}

static void
read_path(struct rustpath *r)
{
	char c = *r->at;

	if (!goes_deeper(r))
		return;
	r->at++;
	read_path_at(r, c);
	r->depth--;
}

void
rustpath_read(struct rustpath *r)
{
	r->begin = r->at;
	read_path(r);
}
