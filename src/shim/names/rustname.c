/*
 * rustname - which mangling it is, and how much of a path is told.
 */
#include "shim/names/rustname.h"

#include <string.h>

#include "shim/names/rustpath.h"

enum { HASH = 16 };

static bool
is_hash(const struct rustpath_part *p)
{
	if (p->length != HASH + 1 || p->name[0] != 'h')
		return false;
	for (unsigned i = 1; i <= HASH; i++)
		if (strchr("0123456789abcdef", p->name[i]) == NULL)
			return false;
	return true;
}

/* Where the first path begins in a name of the mangling before:
 * "_$LT$dyn$u20$alloc..sync..Arc$GT$", "_$u7b$$u7b$closure$u7d$$u7d$". */
static const char *
path_in_old(const char *at, const char *end)
{
	static const char *const words[] = {
		"$LT$", "$RF$", "$BP$", "$LP$", "$u5b$", "$u7b$", "$u20$",
		"impl$u20$", "dyn$u20$", "mut$u20$", "const$u20$",
	};
	size_t n;

	at += end - at > 1 && at[0] == '_' && at[1] == '$';
	do {
		n = 0;
		for (unsigned i = 0; i < ARRAY_LEN(words) && n == 0; i++) {
			size_t length = strlen(words[i]);

			if (length <= (size_t)(end - at) &&
			    memcmp(at, words[i], length) == 0)
				n = length;
		}
		at += n;
	} while (n != 0);
	return at;
}

/* One name of the mangling before: its first path, part by part. */
static void
keep_old(struct rustpath *r, struct rustpath_part p)
{
	const char *end = p.name + p.length;
	const char *at = path_in_old(p.name, end);

	while (at < end && *at != '$') {
		const char *dots = at;

		while (dots < end && *dots != '$' &&
		    (*dots != '.' || dots + 1 == end || dots[1] != '.'))
			dots++;
		rustpath_keep(r, &(struct rustpath_part){
		    at, (size_t)(dots - at), 0 });
		at = dots + (dots < end && *dots == '.' ? 2 : 0);
	}
}

static void
read_old(struct rustpath *r)
{
	struct rustpath_part p = { NULL, 0, 0 };

	while (!r->bad && *r->at != 'E') {
		p = rustpath_bytes(r, rustpath_decimal(r));
		if (!r->bad && *r->at != 'E')
			keep_old(r, p);
	}
	r->bad = r->bad || p.name == NULL || !is_hash(&p);
}

static bool
read_name(struct rustpath *r, const char *mangled)
{
	memset(r, 0, sizeof(*r));
	if (strncmp(mangled, "_R", 2) == 0) {
		r->at = mangled + 2;
		rustpath_read(r);
	} else if (strncmp(mangled, "_ZN", 3) == 0) {
		r->at = mangled + 3;
		read_old(r);
	} else {
		return false;
	}
	return !r->bad && r->n != 0;
}

static size_t
length_of(const struct rustpath_part *p)
{
	return p->closure != 0 ? sizeof("closure00") - 1 : p->length;
}

bool
rustname_write(struct buf *b, const char *mangled, size_t room)
{
	struct rustpath r;
	unsigned first;
	size_t all;

	if (!read_name(&r, mangled))
		return false;
	first = r.n - 1;
	all = length_of(&r.part[first]);
	while (first > 0 && all + 2 + length_of(&r.part[first - 1]) < room)
		all += 2 + length_of(&r.part[--first]);
	for (unsigned i = first; i < r.n; i++) {
		const struct rustpath_part *p = &r.part[i];

		if (p->closure != 0)
			buf_printf(b, "closure%llu",
			    (unsigned long long)p->closure - 1);
		else
			buf_clean(b, p->name, p->length);
		if (i + 1 < r.n)
			buf_str(b, "::");
	}
	return true;
}

bool
rustname_is_library(const char *mangled)
{
	static const char *const crates[] = { "std", "core", "alloc" };
	struct rustpath r;

	if (!read_name(&r, mangled))
		return false;
	for (unsigned i = 0; i < ARRAY_LEN(crates); i++)
		if (strlen(crates[i]) == r.part[0].length && memcmp(crates[i],
		    r.part[0].name, r.part[0].length) == 0)
			return true;
	return false;
}
