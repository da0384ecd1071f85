/*
 * cxxname - nested names and lengths; what has substitutions or operators in it
 * is left to others.  Of lambdas the function that they are in is told.
 */
#include "shim/names/cxxname.h"

#include <string.h>

#include "common/base/proc.h"

enum { NAMES = 16 };
#define NUMBERS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

struct part {
	const char *name;
	size_t length;
};

/* The next name of a mangled one at *@at; false when there is none. */
static bool
next_name(const char **at, struct part *p)
{
	uint64_t n = 0;

	if (!parse_u64(at, &n) || n == 0 || n > strlen(*at))
		return false;
	p->name = *at;
	p->length = (size_t)n;
	*at += n;
	return true;
}

/* How many names there are; 0 when there is more to the name than these. */
static unsigned
split(const char *mangled, struct part part[NAMES])
{
	const char *at = mangled + 2;
	bool nested = false;
	unsigned n = 0;

	if (strncmp(mangled, "_Z", 2) != 0)
		return 0;
	if (*at == 'N') {
		nested = true;
		at++;
	}
	at += strspn(at, nested ? "VKRO" : "L");
	while (n < NAMES && next_name(&at, &part[n])) {
		if (strncmp(part[n].name, "_GLOBAL__N_", 11) != 0)
			n++;
		at += nested && *at == 'L';
	}
	if (nested && *at != 'E' && *at != 'I')
		return 0;
	return n;
}

bool
cxxname_write(struct buf *b, const char *mangled, size_t room)
{
	struct part part[NAMES];
	unsigned n = split(mangled, part), i;
	size_t all = 0;

	if (n == 0)
		return false;
	for (i = 0; i < n; i++)
		all += part[i].length + 2 * (i != 0);
	for (i = all < room ? 0 : n - 1; i < n; i++) {
		buf_clean(b, part[i].name, part[i].length);
		if (i + 1 < n)
			buf_str(b, "::");
	}
	return true;
}

/* Behind template arguments, at whose I *@at is; false when they have no end
 * here. */
static bool
skip_arguments(const char **at)
{
	unsigned depth = 0;
	struct part p;

	do {
		char c = **at;

		if (c >= '1' && c <= '9') {
			if (!next_name(at, &p))
				return false;
			continue;
		}
		if (c == '\0')
			return false;
		(*at)++;
		if (c == 'L') {		/* of a type, and a number */
			while (**at != 'E' && **at != '\0')
				(*at)++;
			depth++;
		} else if (c == 'S' || c == 'T' || c == 'A') {
			size_t n = strspn(*at, NUMBERS);

			*at += (*at)[n] == '_' ? n + 1 :
			    c == 'S' && **at != '\0';
		} else if (strchr("INXJFZ", c) != NULL) {
			depth++;
		} else if (c == 'E') {
			depth--;
		}
	} while (depth != 0);
	return true;
}

/* One part of a nested name at *@at, behind @n others; false at something that
 * is none.  A constructor has its class's name. */
static bool
next_part(const char **at, struct part part[NAMES], unsigned *n)
{
	struct part *p = &part[*n];
	char c = **at;

	if (c == 'I')
		return skip_arguments(at);
	if ((c == 'C' || c == 'D') && *n != 0 && (*at)[1] >= '0' &&
	    (*at)[1] <= '5') {
		*p = part[*n - 1];
		*at += 2;
	} else if (!next_name(at, p)) {
		return false;
	}
	*n += strncmp(p->name, "_GLOBAL__N_", 11) != 0;
	*at += **at == 'L';
	return true;
}

/* The names of the function that is at *@at; 0: it has others. */
static unsigned
split_function(const char **at, struct part part[NAMES])
{
	unsigned n = 0;

	if (**at != 'N') {
		*at += **at == 'L';
		return next_part(at, part, &n) ? n : 0;
	}
	(*at)++;
	*at += strspn(*at, "VKRO");
	*at += **at == 'L';
	while (n < NAMES && next_part(at, part, &n))
		;
	return **at == 'E' ? n : 0;
}

/* Behind the next Z that is no part of a name; NULL. */
static const char *
find_local(const char *at)
{
	struct part p;

	for (; *at != '\0' && *at != 'Z'; at++) {
		const char *name = at;

		if (*at >= '1' && *at <= '9' && next_name(&name, &p))
			at = name - 1;
	}
	return *at == 'Z' ? at + strspn(at, "Z") : NULL;
}

/* Which one of the function's lambdas is at @at or behind, from 1; 0: none. */
static uint64_t
lambda_number(const char *at)
{
	uint64_t number;

	at = strstr(at, "Ul");
	while (at != NULL && (at = strchr(at, 'E')) != NULL) {
		at++;
		if (*at == '_')
			return 1;
		number = 0;
		if (parse_u64(&at, &number) && *at == '_')
			return number + 2;
	}
	return 0;
}

bool
cxxname_write_lambda(struct buf *b, const char *mangled, size_t room)
{
	struct part part[NAMES];
	const char *at = mangled;
	uint64_t number = 0;
	size_t all = sizeof("()::lambda12");
	unsigned n = 0;

	if (strncmp(at, "_Z", 2) == 0)
		at += 2;
	while ((at = find_local(at)) != NULL && n == 0) {
		n = split_function(&at, part);
		number = n != 0 ? lambda_number(at) : 0;
	}
	if (number == 0)
		return false;
	for (unsigned i = 0; i < n; i++)
		all += part[i].length + 2;
	for (unsigned i = all < room ? 0 : n - 1; i < n; i++) {
		buf_clean(b, part[i].name, part[i].length);
		buf_str(b, i + 1 < n ? "::" : "()::lambda");
	}
	if (number > 1)
		buf_u64(b, number);
	return true;
}
