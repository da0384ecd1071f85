/*
 * hazard_audit - an auditor of the loader (LD_AUDIT) that allocates.
 */
#include <link.h>
#include <stdlib.h>
#include <string.h>

unsigned
la_version(unsigned version)
{
	return version;
}

unsigned
la_objopen(struct link_map *map, Lmid_t space, uintptr_t *cookie)
{
	char *copy = strdup(map->l_name);

	(void)space;
	(void)cookie;
	free(copy);
	return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}
