/*
 * dwarfname - what a function is called, by its debug information.
 *
 * A function that is always inlined, or static, has no linkage name that
 * would say where it belongs: the scopes around its declaration do.
 */
#include "tool/dwarf/dwarfname.h"

#include <dwarf.h>
#include <libiberty/demangle.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORIGINS_MAX = 8 };

/* Where the function of @die was declared: an inlined call refers to what was
 * written, and that to the declaration in its class. */
static Dwarf_Die
declaration_of(const Dwarf_Die *die)
{
	static const unsigned refer[] = {
		DW_AT_abstract_origin, DW_AT_specification
	};
	Dwarf_Die at = *die, next;
	Dwarf_Attribute attr;

	for (unsigned n = 0; n < ORIGINS_MAX; n++) {
		if (dwarf_formref_die(dwarf_attr(&at, refer[0], &attr),
		    &next) == NULL &&
		    dwarf_formref_die(dwarf_attr(&at, refer[1], &attr),
		    &next) == NULL)
			break;
		at = next;
	}
	return at;
}

static bool
is_scope(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_namespace:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return true;
	default:
		return false;
	}
}

/* A scope without a name is a namespace, the type of a closure, or a type that
 * is only known by its objects. */
static const char *
scope_name(Dwarf_Die *die, const char *function)
{
	const char *name = dwarf_diename(die);

	if (name != NULL)
		return name;
	if (dwarf_tag(die) == DW_TAG_namespace)
		return "(anonymous namespace)";
	return strcmp(function, "operator()") == 0 ? "{lambda}" : "{unnamed}";
}

/* Is it a function in which a type is written? */
static bool
holds_type(Dwarf_Die *scopes, int i)
{
	if (dwarf_tag(&scopes[i]) != DW_TAG_subprogram)
		return false;
	do
		i--;
	while (i > 0 && dwarf_tag(&scopes[i]) == DW_TAG_lexical_block);
	return i > 0 && is_scope(&scopes[i]);
}

/* The scopes from the outermost in, then @name; false when @room is small or
 * there is no scope. */
static bool
qualify(Dwarf_Die *scopes, int n, const char *name, char *room, size_t size)
{
	size_t used = 0;

	for (int i = n - 1; i > 0; i--) {
		const char *scope = scope_name(&scopes[i], name);

		if (!is_scope(&scopes[i]) && !holds_type(scopes, i))
			continue;
		used += (size_t)snprintf(room + used, size - used, "%s::",
		    scope);
		if (used >= size)
			return false;
	}
	if (used == 0 || used + strlen(name) >= size)
		return false;
	strcpy(room + used, name);
	return true;
}

static bool
is_of_ada(Dwarf_Die *die)
{
	Dwarf_Die unit;

	if (dwarf_diecu(die, &unit, NULL, NULL) == NULL)
		return false;
	switch (dwarf_srclang(&unit)) {
	case DW_LANG_Ada83:
	case DW_LANG_Ada95:
	case 0x2e:	/* Ada 2005 */
	case 0x2f:	/* Ada 2012 */
		return true;
	default:
		return false;
	}
}

/* Ada's units and what they hold are written with two underscores between; what
 * is not such a name comes back in angle brackets. */
static const char *
ada_name(const char *name, char *room, size_t size)
{
	char *readable = ada_demangle(name, 0);
	bool fits = readable != NULL && readable[0] != '<' &&
	    strlen(readable) < size;

	if (fits)
		strcpy(room, readable);
	free(readable);
	return fits ? room : name;
}

const char *
dwarfname_of(Dwarf_Die *die, char *room, size_t size)
{
	Dwarf_Attribute attr;
	const char *linked = dwarf_formstring(dwarf_attr_integrate(die,
	    DW_AT_linkage_name, &attr));
	const char *name = dwarf_diename(die);

	if ((linked != NULL || name != NULL) && is_of_ada(die))
		return ada_name(linked != NULL ? linked : name, room, size);
	if (linked != NULL || name == NULL)
		return linked;

	Dwarf_Die declared = declaration_of(die), *scopes = NULL;
	int n = dwarf_getscopes_die(&declared, &scopes);
	bool qualified = n > 1 && qualify(scopes, n, name, room, size);

	if (n > 0)
		free(scopes);
	return qualified ? room : name;
}
