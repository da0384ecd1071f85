/*
 * cxxname - nested names and lengths; what has substitutions, operators or
 * lambdas in it is left to others.
 */
#include "shim/names/cxxname.h"

#include <string.h>

#include "common/base/proc.h"

enum { NAMES = 16 };

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
