/*
 * units - which compilation unit wrote the code at an address.
 */
#include "tool/dwarf/units.h"

#include <dwarf.h>
#include <stdint.h>

static void
make(struct units *u, Dwarf *dwarf)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;

	u->made = true;
	while (dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &die, NULL) == 0)
		if (!ranges_add(&u->ranges, &die))
			break;
	ranges_sort(&u->ranges);
}

static bool
find_lines(struct units *u, Dwfl_Module *module, struct unit *out)
{
	Dwarf_Addr bias;
	const Dwarf_Die *die = dwfl_module_addrdie(module, out->addr, &bias);
	Dwarf *dwarf;

	if (die == NULL) {
		dwarf = dwfl_module_getdwarf(module, &bias);
		if (dwarf == NULL)
			return false;
		if (!u->made)
			make(u, dwarf);
		die = ranges_find(&u->ranges, out->addr - bias);
	}
	if (die == NULL)
		return false;
	out->lines = *die;
	out->addr -= bias;
	return true;
}

bool
units_find(struct units *u, Dwfl_Module *module, Dwarf_Addr addr,
    struct unit *out)
{
	Dwarf_Die split;
	uint8_t type;

	*out = (struct unit){ .addr = addr };
	if (!find_lines(u, module, out))
		return false;
	out->code = out->lines;
	if (dwarf_cu_info(out->lines.cu, NULL, &type, NULL, &split, NULL, NULL,
	    NULL) == 0 && type == DW_UT_skeleton && split.addr != NULL)
		out->code = split;
	return true;
}

void
units_drop(struct units *u)
{
	ranges_drop(&u->ranges);
	u->made = false;
}
