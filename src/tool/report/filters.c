/*
 * filters - by a thread's name or number, by a module's name or path.
 */
#include "tool/report/filters.h"

#include <stdlib.h>
#include <string.h>

static bool
is_name(const struct report *r, uint32_t string, const char *name)
{
	return strcmp(strings_get(&r->m.strings, string), name) == 0;
}

bool
filters_thread(const struct report *r, const struct thread *t)
{
	const char *name = r->opt.thread;
	char *end;
	unsigned long tid;

	if (name == NULL)
		return true;
	tid = strtoul(name, &end, 10);
	return (*end == '\0' && t->tid == tid) || is_name(r, t->name, name);
}

bool
filters_module(const struct report *r, const struct module *m)
{
	const char *name = r->opt.module;

	return name == NULL || is_name(r, m->name, name) ||
	    is_name(r, m->path, name);
}

/* "libfoo" is meant for libfoo.so.1, which is many letters away. */
static void
offer(struct nearest *near, const char *name)
{
	size_t n = strlen(near->typed);

	if (n > 0 && strncmp(name, near->typed, n) == 0 &&
	    (near->name == NULL || near->distance > 0)) {
		near->name = name;
		near->distance = 0;
	}
	nearest_offer(near, name);
}

static bool
has_thread(const struct report *r, struct nearest *near)
{
	*near = (struct nearest){ .typed = r->opt.thread };
	if (r->opt.thread == NULL)
		return true;
	near->len = strlen(near->typed);
	for (size_t i = 0; i < r->m.n_threads; i++) {
		if (filters_thread(r, &r->m.threads[i]))
			return true;
		offer(near, strings_get(&r->m.strings, r->m.threads[i].name));
	}
	return false;
}

static bool
has_module(const struct report *r, struct nearest *near)
{
	*near = (struct nearest){ .typed = r->opt.module };
	if (r->opt.module == NULL)
		return true;
	near->len = strlen(near->typed);
	for (size_t i = 0; i < r->m.n_modules; i++) {
		if (filters_module(r, &r->m.modules[i]))
			return true;
		offer(near, strings_get(&r->m.strings, r->m.modules[i].name));
	}
	return false;
}

const char *
filters_unmet(const struct report *r, struct nearest *near)
{
	if (!has_thread(r, near))
		return "thread";
	return has_module(r, near) ? NULL : "module";
}
