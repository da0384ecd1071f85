/*
 * names - what a frame is called in a report.
 */
#include "tool/report/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/base/alloc.h"
#include "tool/dwarf/places.h"

void
names_start(struct names *n, struct model *m, bool source)
{
	*n = (struct names){ .m = m, .source = source };
	n->places = places_start(source);
}

void
names_drop(struct names *n)
{
	if (n->places != NULL)
		places_drop(n->places);
	free(n->all);
	free(n->of);
	*n = (struct names){ 0 };
}

static uint32_t
add_text(struct names *n, const char *text)
{
	return text == NULL ? 0 : strings_add_clean(&n->m->strings, text,
	    strlen(text));
}

/* A symbol's version ("@@GLIBC_2.34") is not part of the function's name. */
static void
name_function(struct names *n, struct name *name, const char *raw)
{
	char *readable = raw != NULL ? places_demangle(raw) : NULL;
	const char *at = raw != NULL ? strchr(raw, '@') : NULL;

	if (readable == NULL && at != NULL && at != raw)
		name->function = strings_add_clean(&n->m->strings, raw,
		    (size_t)(at - raw));
	else
		name->function = add_text(n, readable != NULL ? readable : raw);
	if (readable != NULL)
		name->linkage = strings_add(&n->m->strings, raw, strlen(raw));
	free(readable);
}

static void
add(struct names *n, const struct name *name)
{
	n->all = alloc_room(n->all, n->n_all, &n->c_all, sizeof(*n->all));
	n->all[n->n_all++] = *name;
}

/* A name for what has none: where it is. */
static uint32_t
add_address(struct names *n, const struct frame *f)
{
	const struct module *mod = &n->m->modules[f->module];
	const char *module = strings_get(&n->m->strings, mod->name);
	char text[512];

	snprintf(text, sizeof(text), "%s+0x%" PRIx64,
	    module[0] != '\0' ? module : "?", f->addr);
	return add_text(n, text);
}

static void
add_plain(struct names *n, const struct frame *f)
{
	struct name name = { 0 };

	if (f->function != 0)
		name_function(n, &name,
		    strings_get(&n->m->strings, f->function));
	else
		name.function = add_address(n, f);
	add(n, &name);
}

static void
add_places(struct names *n, const struct frame *f)
{
	const struct module *mod = &n->m->modules[f->module];
	const char *path = strings_get(&n->m->strings, mod->path);
	struct place found[PLACES_MAX];
	unsigned count = 0;

	/* A return address is the one after the call. */
	if (n->places != NULL && path[0] == '/' && f->addr > 0 &&
	    (n->source || f->function == 0))
		count = places_find(n->places, path,
		    strings_get(&n->m->strings, mod->build_id), f->addr - 1,
		    found);
	for (unsigned i = 0; i < count; i++) {
		struct name name = {
			.file = add_text(n, found[i].file),
			.line = found[i].line,
		};

		name_function(n, &name, found[i].function);
		if (name.function == 0 && f->function != 0)
			name_function(n, &name,
			    strings_get(&n->m->strings, f->function));
		if (name.function == 0)
			name.function = add_address(n, f);
		add(n, &name);
	}
	if (count == 0)
		add_plain(n, f);
}

static void
make_places(struct names *n)
{
	size_t want = n->m->n_frames;

	if (n->n_of >= want)
		return;
	n->of = reallocarray(n->of, want, sizeof(*n->of));
	if (n->of == NULL)
		n->of = alloc_zeroed(want, sizeof(*n->of));
	memset(n->of + n->n_of, 0, (want - n->n_of) * sizeof(*n->of));
	n->n_of = want;
}

const struct name *
names_of(struct names *n, uint32_t frame, unsigned *count)
{
	make_places(n);
	if (n->of[frame].count == 0) {
		struct frame f = n->m->frames[frame];

		n->of[frame].first = (uint32_t)n->n_all;
		add_places(n, &f);
		n->of[frame].count = (uint32_t)n->n_all - n->of[frame].first;
	}
	*count = n->of[frame].count;
	return &n->all[n->of[frame].first];
}

const char *
names_text(const struct names *n, uint32_t string)
{
	return strings_get(&n->m->strings, string);
}

const char *
names_file(const struct names *n, const struct name *name)
{
	if (name->file == 0)
		return NULL;

	const char *path = names_text(n, name->file);
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

struct doubts {
	struct names *n;
	FILE *to;
};

static void
print_doubt(void *arg, const char *path, enum places_doubt doubt, int err)
{
	struct doubts *d = arg;
	const char *clean = names_text(d->n, add_text(d->n, path));

	switch (doubt) {
	case PLACES_GONE:
		fprintf(d->to, "hint: %s is not here (%s): names or lines of "
		    "its code are missing\n", clean, strerror(err));
		break;
	case PLACES_REPLACED:
		fprintf(d->to, "hint: %s is not the one that was recorded: "
		    "names or lines of its code are missing\n", clean);
		break;
	case PLACES_CHANGED:
		fprintf(d->to, "hint: %s was changed after the recording, and "
		    "has no build-id: names of its code may be wrong\n",
		    clean);
		break;
	}
}

void
names_print_doubts(struct names *n, int64_t recorded_s, FILE *to)
{
	struct doubts d = { n, to };

	if (n->places != NULL)
		places_each_doubt(n->places, recorded_s, print_doubt, &d);
}

/* Does what was read so far end in a name of which < is a part? */
static bool
is_operator(const char *name, const char *at)
{
	static const char word[] = "operator";
	size_t n = sizeof(word) - 1;

	if (at > name && at[-1] == '<')
		at--;
	return (size_t)(at - name) >= n && memcmp(at - n, word, n) == 0;
}

char *
names_brief(char *to, size_t size, const char *name)
{
	unsigned depth = 0;
	size_t n = 0;

	for (const char *at = name; *at != '\0' && n + 5 < size; at++) {
		if (*at == '<' && !is_operator(name, at)) {
			if (depth++ == 0) {
				memcpy(to + n, "<..>", 4);
				n += 4;
			}
		} else if (*at == '>' && depth > 0) {
			depth -= at[-1] != '-';
		} else if (depth == 0) {
			to[n++] = *at;
		}
	}
	to[n] = '\0';
	return to;
}
