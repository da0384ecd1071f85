/*
 * table - the rows as an array.
 */
#include "common/options/table.h"

#include <string.h>

#define ROW(key, kind, field, min, max, values, standard, what) \
	{ key, kind, offsetof(struct options, field), min, max, values, \
	    standard, what },

const struct option_row option_rows[] = {
	OPTIONS_TABLE(ROW)
};

const size_t option_rows_count = ARRAY_LEN(option_rows);

const struct option_row *
table_find(const char *key, size_t len)
{
	for (size_t i = 0; i < option_rows_count; i++)
		if (strlen(option_rows[i].key) == len &&
		    memcmp(option_rows[i].key, key, len) == 0)
			return &option_rows[i];
	return NULL;
}
