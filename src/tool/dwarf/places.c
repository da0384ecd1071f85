/*
 * places - from an address in an object to functions, files and lines.
 */
#include "tool/dwarf/places.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <libiberty/demangle.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/dwarf/dwarfname.h"

/* One object that was asked for; @dwfl is NULL when it cannot be used. */
struct object {
	struct object *next;
	char *path, *build_id;
	Dwfl *dwfl;
	Dwfl_Module *module;
};

struct places {
	struct object *objects;
	bool lines;
};

/* As elfutils wants it: directories with colons between. */
static char *search_path;

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.debuginfo_path = &search_path,
	.section_address = dwfl_offline_section_address,
};

struct places *
places_start(bool lines)
{
	struct places *p = calloc(1, sizeof(*p));

	/* elfutils would fetch debug files from servers named here; a report
	 * tells nobody what it reads. */
	unsetenv("DEBUGINFOD_URLS");
	if (p != NULL)
		p->lines = lines;
	return p;
}

static void
drop_object(struct object *o)
{
	if (o->dwfl != NULL)
		dwfl_end(o->dwfl);
	free(o->path);
	free(o->build_id);
	free(o);
}

void
places_drop(struct places *p)
{
	while (p->objects != NULL) {
		struct object *o = p->objects;

		p->objects = o->next;
		drop_object(o);
	}
	free(p);
}

static bool
has_build_id(Dwfl_Module *module, const char *want)
{
	const unsigned char *bits;
	GElf_Addr vaddr;
	GElf_Addr bias;
	int n;

	if (want[0] == '\0')
		return true;
	/* The notes are read when the file is. */
	dwfl_module_getelf(module, &bias);
	n = dwfl_module_build_id(module, &bits, &vaddr);
	if (n <= 0 || strlen(want) != (size_t)n * 2)
		return false;
	for (int i = 0; i < n; i++) {
		char hex[3];

		snprintf(hex, sizeof(hex), "%02x", bits[i]);
		if (memcmp(hex, want + 2 * i, 2) != 0)
			return false;
	}
	return true;
}

void
places_search(const char *dir)
{
	char *path;

	if (asprintf(&path, "%s:.debug:/usr/lib/debug", dir) < 0)
		return;
	free(search_path);
	search_path = path;
}

static void
load(struct object *o)
{
	o->dwfl = dwfl_begin(&callbacks);
	if (o->dwfl == NULL)
		return;
	dwfl_report_begin(o->dwfl);
	o->module = dwfl_report_offline(o->dwfl, "", o->path, -1);
	dwfl_report_end(o->dwfl, NULL, NULL);
	if (o->module != NULL && has_build_id(o->module, o->build_id))
		return;
	dwfl_end(o->dwfl);
	o->dwfl = NULL;
}

static struct object *
object_of(struct places *p, const char *path, const char *build_id)
{
	struct object *o;

	for (o = p->objects; o != NULL; o = o->next)
		if (strcmp(o->path, path) == 0 &&
		    strcmp(o->build_id, build_id) == 0)
			return o;
	o = calloc(1, sizeof(*o));
	if (o == NULL)
		return NULL;
	o->path = strdup(path);
	o->build_id = strdup(build_id);
	if (o->path == NULL || o->build_id == NULL) {
		drop_object(o);
		return NULL;
	}
	load(o);
	o->next = p->objects;
	p->objects = o;
	return o;
}

/* Where the inlined call @die stands in its caller. */
static void
find_call(Dwarf_Die *die, Dwarf_Die *cu, struct place *at)
{
	Dwarf_Attribute attr;
	Dwarf_Files *files;
	Dwarf_Word value;
	size_t n;

	*at = (struct place){ 0 };
	if (dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &attr),
	    &value) == 0)
		at->line = (unsigned)value;
	if (dwarf_getsrcfiles(cu, &files, &n) == 0 &&
	    dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attr),
	    &value) == 0)
		at->file = dwarf_filesrc(files, value, NULL, NULL);
}

/* Walks from the innermost scope outwards: each inlined call gives a place,
 * and the function that holds them all gives the last. */
static unsigned
walk(Dwarf_Die *scopes, int n, Dwarf_Die *cu, struct place at,
    struct place out[PLACES_MAX])
{
	unsigned found = 0;

	for (int i = 0; i < n && found < PLACES_MAX; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag != DW_TAG_inlined_subroutine &&
		    tag != DW_TAG_subprogram)
			continue;
		out[found] = at;
		out[found].function = dwarfname_of(&scopes[i],
		    out[found].room, sizeof(out[found].room));
		found++;
		if (tag == DW_TAG_subprogram)
			break;
		find_call(&scopes[i], cu, &at);
	}
	return found;
}

static unsigned
find_scopes(Dwarf_Die *cu, Dwarf_Addr addr, struct place at,
    struct place out[PLACES_MAX])
{
	Dwarf_Die *inner = NULL, *scopes = NULL;
	unsigned found = 0;

	/* The first answer follows an inlined function to where it was
	 * written; its first scope is asked again for where it is. */
	if (dwarf_getscopes(cu, addr, &inner) > 0) {
		int n = dwarf_getscopes_die(&inner[0], &scopes);

		if (n > 0)
			found = walk(scopes, n, cu, at, out);
	}
	free(inner);
	free(scopes);
	return found;
}

unsigned
places_find(struct places *p, const char *path, const char *build_id,
    uint64_t addr, struct place out[PLACES_MAX])
{
	struct object *o = object_of(p, path, build_id);
	struct place at = { 0 };
	Dwarf_Addr bias = 0;
	GElf_Addr elf_bias;

	if (o == NULL || o->dwfl == NULL ||
	    dwfl_module_getelf(o->module, &elf_bias) == NULL)
		return 0;
	addr += elf_bias;

	Dwfl_Line *line = NULL;
	Dwarf_Die *cu = NULL;
	int n = 0;

	if (p->lines) {
		line = dwfl_module_getsrc(o->module, addr);
		cu = dwfl_module_addrdie(o->module, addr, &bias);
	}

	if (line != NULL)
		at.file = dwfl_lineinfo(line, NULL, &n, NULL, NULL, NULL);
	at.line = (unsigned)n;

	unsigned found = cu == NULL ? 0 : find_scopes(cu, addr - bias, at,
	    out);

	if (found > 0)
		return found;
	/* Outside of every function the line table speaks of its neighbours,
	 * unless the code is assembly, which has no functions. */
	if (cu == NULL || dwarf_srclang(cu) != DW_LANG_Mips_Assembler)
		at = (struct place){ 0 };
	at.function = dwfl_module_addrname(o->module, addr);
	out[0] = at;
	return at.function != NULL || at.file != NULL;
}

char *
places_demangle(const char *name)
{
	/* C++ and Rust's legacy scheme; Rust's own scheme, called v0. */
	if (strncmp(name, "_Z", 2) != 0 && strncmp(name, "_R", 2) != 0)
		return NULL;
	return cplus_demangle(name, DMGL_ANSI);
}
