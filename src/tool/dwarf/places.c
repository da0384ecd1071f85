/*
 * places - from an address in an object to functions, files and lines.
 */
#include "tool/dwarf/places.h"

#include <dwarf.h>
#include <errno.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <libiberty/demangle.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "tool/dwarf/dwarfname.h"
#include "tool/dwarf/functions.h"
#include "tool/dwarf/readable.h"
#include "tool/dwarf/symbols.h"
#include "tool/dwarf/units.h"

/* One object that was asked for; @dwfl is NULL when it cannot be used. */
struct object {
	struct object *next;
	char *path, *build_id;
	Dwfl *dwfl;
	Dwfl_Module *module;
	int err;		/* of reading it, or 0 */
	int64_t changed_s;	/* when it was, since 1970 */
	struct units units;
	struct functions *functions;
	struct symbols symbols;
};

struct places {
	struct object *objects;
	bool lines;
};

/* Looked through first, if any; and as elfutils wants it, with colons
 * between. */
static const char *search_first;
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
	functions_drop(&o->functions);
	units_drop(&o->units);
	symbols_drop(&o->symbols);
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
	/* elfutils would begin a relative one at the folder of the object. */
	char *from = realpath(dir, NULL), *path;
	int n = asprintf(&path, "%s:.debug:/usr/lib/debug",
	    from != NULL ? from : dir);

	free(from);
	if (n < 0)
		return;
	free(search_path);
	search_path = path;
	search_first = dir;
}

/* Takes the file at @path for @o, if it is the right one. */
static bool
load_from(struct object *o, const char *path)
{
	o->dwfl = dwfl_begin(&callbacks);
	if (o->dwfl == NULL)
		return false;
	dwfl_report_begin(o->dwfl);
	o->module = dwfl_report_offline(o->dwfl, "", path, -1);
	dwfl_report_end(o->dwfl, NULL, NULL);
	if (o->module != NULL && has_build_id(o->module, o->build_id))
		return true;
	dwfl_end(o->dwfl);
	o->dwfl = NULL;
	return false;
}

static bool
load_debug(struct object *o, const char *dir)
{
	char *path;
	bool found;

	if (dir == NULL || strlen(o->build_id) < 3 ||
	    asprintf(&path, "%s/.build-id/%.2s/%s.debug", dir, o->build_id,
	    o->build_id + 2) < 0)
		return false;
	found = load_from(o, path);
	free(path);
	return found;
}

static void
load(struct object *o)
{
	struct stat st;

	if (stat(o->path, &st) != 0 || access(o->path, R_OK) != 0)
		o->err = errno;
	else
		o->changed_s = st.st_mtim.tv_sec;
	if (!load_from(o, o->path) && !load_debug(o, search_first))
		load_debug(o, "/usr/lib/debug");
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

/* The demangler recurses once for a letter, and Q stands for something that
 * was there before, in which there may be two of them: what is too long, or has
 * too many, stays as it is. */
static bool
is_of_d(const char *name)
{
	enum { LONGEST = 1024, MOST = 40 };
	unsigned again = 0;

	if (strncmp(name, "_D", 2) != 0 || strnlen(name, LONGEST) == LONGEST)
		return false;
	for (const char *at = name; *at != '\0'; at++)
		again += *at == 'Q';
	return again <= MOST && ((name[2] >= '1' && name[2] <= '9') ||
	    strcmp(name, "_Dmain") == 0);
}

/* C++ and Rust's legacy scheme; Rust's own scheme, called v0; D. */
static bool
is_mangled(const char *name)
{
	return name != NULL && (strncmp(name, "_Z", 2) == 0 ||
	    strncmp(name, "_R", 2) == 0 || is_of_d(name));
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

/* The name in the symbol table tells more of a C++ function than debug
 * information that leaves out what it belongs to.  Takes it for @out, without
 * what the compiler adds to copies, if it is that of all of @die. */
static void
take_linkage_name(struct object *o, Dwarf_Die *die, uint64_t addr,
    Dwarf_Addr at, struct place *out)
{
	GElf_Off within;
	GElf_Sym sym;
	Dwarf_Addr start;
	const char *name = dwfl_module_addrinfo(o->module, addr, &within, &sym,
	    NULL, NULL, NULL);
	size_t n;

	if (!is_mangled(name) || dwarf_lowpc(die, &start) != 0 ||
	    start != at - within)
		return;
	n = strcspn(name, ".");
	if (n >= sizeof(out->room))
		return;
	memcpy(out->room, name, n);
	out->room[n] = '\0';
	out->function = out->room;
}

/* From the innermost call outwards: each inlined call gives a place, and the
 * function that holds them all gives the last. */
static unsigned
find_calls(struct object *o, struct unit *u, uint64_t addr, struct place at,
    struct place out[PLACES_MAX])
{
	Dwarf_Die die[PLACES_MAX];
	unsigned n = functions_find(&o->functions, &u->code, u->addr, die,
	    PLACES_MAX);

	for (unsigned i = 0; i < n; i++) {
		out[i] = at;
		out[i].function = dwarfname_of(&die[i], out[i].room,
		    sizeof(out[i].room));
		find_call(&die[i], &u->code, &at);
	}
	if (n > 0 && !is_mangled(out[n - 1].function))
		take_linkage_name(o, &die[n - 1], addr, u->addr, &out[n - 1]);
	return n;
}

static struct place
find_line(struct unit *u)
{
	Dwarf_Line *line = dwarf_getsrc_die(&u->lines, u->addr);
	struct place at = { 0 };
	int n = 0;

	if (line == NULL)
		return at;
	at.file = dwarf_linesrc(line, NULL, NULL);
	if (dwarf_lineno(line, &n) == 0)
		at.line = (unsigned)n;
	return at;
}

/* Outside of every function that it knows of, a line table speaks of its
 * neighbours, unless there are none (assembly), or unless it has a line for the
 * very beginning of what is there: who asked for no more than lines has no
 * functions but those that others were inlined into. */
static bool
is_of_line(struct object *o, struct unit *u, uint64_t addr)
{
	GElf_Off within;
	GElf_Sym sym;
	Dwarf_Line *line;
	Dwarf_Addr start;

	if (dwarf_srclang(&u->lines) == DW_LANG_Mips_Assembler)
		return true;
	if (dwfl_module_addrinfo(o->module, addr, &within, &sym, NULL, NULL,
	    NULL) == NULL || within >= sym.st_size)
		return false;
	line = dwarf_getsrc_die(&u->lines, u->addr - within);
	return line != NULL && dwarf_lineaddr(line, &start) == 0 &&
	    start == u->addr - within;
}

unsigned
places_find(struct places *p, const char *path, const char *build_id,
    uint64_t addr, struct place out[PLACES_MAX])
{
	struct object *o = object_of(p, path, build_id);
	struct place at = { 0 };
	GElf_Addr elf_bias;
	struct unit u;

	if (o == NULL || o->dwfl == NULL ||
	    dwfl_module_getelf(o->module, &elf_bias) == NULL)
		return 0;
	addr += elf_bias;
	if (p->lines && units_find(&o->units, o->module, addr, &u)) {
		unsigned found;

		at = find_line(&u);
		found = find_calls(o, &u, addr, at, out);
		if (found > 0)
			return found;
		if (!is_of_line(o, &u, addr))
			at = (struct place){ 0 };
	}
	at.function = symbols_name(&o->symbols, o->module, addr);
	out[0] = at;
	return at.function != NULL || at.file != NULL;
}

void
places_each_doubt(const struct places *p, int64_t recorded_s,
    void (*see)(void *arg, const char *path, enum places_doubt doubt, int err),
    void *arg)
{
	for (const struct object *o = p->objects; o != NULL; o = o->next) {
		if (o->dwfl != NULL && (o->build_id[0] != '\0' ||
		    recorded_s == 0 || o->changed_s <= recorded_s))
			continue;
		see(arg, o->path, o->dwfl != NULL ? PLACES_CHANGED :
		    o->err != 0 ? PLACES_GONE : PLACES_REPLACED, o->err);
	}
}

char *
places_demangle(const char *name)
{
	if (!is_mangled(name))
		return NULL;
	return is_of_d(name) ? cplus_demangle(name, DMGL_DLANG) :
	    readable_name(name, DMGL_ANSI);
}

char *
places_signature(const char *name)
{
	if (!is_mangled(name))
		return NULL;
	return is_of_d(name) ? cplus_demangle(name, DMGL_DLANG | DMGL_PARAMS) :
	    readable_name(name, DMGL_ANSI | DMGL_PARAMS);
}
