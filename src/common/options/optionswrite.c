/*
 * optionswrite - options back as text: what DIAG would have to say.
 */
#include <string.h>

#include "common/options/options.h"
#include "common/options/signame.h"
#include "common/options/table.h"

static uint32_t
level_at(const void *field)
{
	uint32_t v;

	memcpy(&v, field, sizeof(v));
	return v;
}

static uint64_t
number_at(const void *field)
{
	uint64_t v;

	memcpy(&v, field, sizeof(v));
	return v;
}

/* True when the field is as the default has it. */
static bool
is_standard(const struct options *opt, const struct option_row *row)
{
	const char *field = (const char *)opt + row->offset;
	const char *standard = (const char *)&options_defaults + row->offset;

	switch (row->kind) {
	case KIND_PATH:
		return strcmp(field, standard) == 0;
	case KIND_BOOL:
		return *(const bool *)field == *(const bool *)standard;
	case KIND_COUNT:
	case KIND_PERIOD:
	case KIND_SIZE:
		return number_at(field) == number_at(standard);
	case KIND_MEMSTATS:
		return opt->memstats == MEMSTATS_OFF;
	case KIND_LEVEL:
	case KIND_SIGNAL:
	case KIND_PREFIX:
		break;
	}
	return level_at(field) == level_at(standard);
}

static void
write_memstats(struct buf *b, const struct options *opt)
{
	if (opt->memstats == MEMSTATS_PERIOD)
		buf_u64(b, opt->memstats_ns / NS_PER_MS);
	else
		buf_str(b, opt->memstats == MEMSTATS_EXIT ? "exit" : "signal");
}

static void
write_signal(struct buf *b, int number)
{
	const char *name = signame_of(number);

	if (name != NULL)
		buf_str(b, name);
	else
		buf_i64(b, number);
}

static void
write_value(struct buf *b, const struct options *opt,
    const struct option_row *row)
{
	const char *field = (const char *)opt + row->offset;

	switch (row->kind) {
	case KIND_PATH:
		buf_str(b, field);
		break;
	case KIND_BOOL:
		buf_char(b, *(const bool *)field ? '1' : '0');
		break;
	case KIND_PERIOD:
		buf_u64(b, number_at(field) / NS_PER_MS);
		break;
	case KIND_COUNT:
	case KIND_SIZE:
		buf_u64(b, number_at(field));
		break;
	case KIND_MEMSTATS:
		write_memstats(b, opt);
		break;
	case KIND_SIGNAL:
		write_signal(b, (int)level_at(field));
		break;
	case KIND_LEVEL:
	case KIND_PREFIX:
		buf_u64(b, level_at(field));
		break;
	}
}

void
options_write(struct buf *b, const struct options *opt)
{
	bool first = true;

	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];

		if (is_standard(opt, row))
			continue;
		buf_printf(b, "%s%s=", first ? "" : ",", row->key);
		write_value(b, opt, row);
		first = false;
	}
}
