/*
 * value - numbers with their units, words, paths.
 */
#include "common/options/value.h"

#include <stdbool.h>
#include <string.h>

#include "common/options/signame.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit no_units[] = { { "", 1 }, { NULL, 0 } };
static const struct unit sizes[] = {
	{ "", 1 }, { "k", KIB }, { "m", MIB }, { "g", GIB }, { "K", KIB },
	{ "M", MIB }, { "G", GIB }, { NULL, 0 }
};
static const struct unit times[] = {
	{ "", NS_PER_MS }, { "ms", NS_PER_MS }, { "s", NS_PER_S },
	{ "m", 60 * NS_PER_S }, { NULL, 0 }
};

static bool
equals(const struct nearest *text, const char *word)
{
	return strlen(word) == text->len &&
	    memcmp(word, text->typed, text->len) == 0;
}

/* A number and one of @units; a number that is too large for 64 bits is out
 * of every range. */
static enum value_result
take_number(const struct nearest *text, const struct unit *units,
    uint64_t *value)
{
	struct nearest rest = *text;
	bool large = false;
	uint64_t v = 0;

	for (; rest.len > 0 && *rest.typed >= '0' && *rest.typed <= '9';
	    rest.typed++, rest.len--) {
		large |= __builtin_mul_overflow(v, 10, &v);
		large |= __builtin_add_overflow(v,
		    (uint64_t)(*rest.typed - '0'), &v);
	}
	if (rest.len == text->len)
		return VALUE_BAD;
	while (units->name != NULL && !equals(&rest, units->name))
		units++;
	if (units->name == NULL)
		return VALUE_UNIT;
	large |= __builtin_mul_overflow(v, units->factor, &v);
	*value = v;
	return large ? VALUE_RANGE : VALUE_OK;
}

/* The same, between the row's limits; 0 is allowed too when @zero says so. */
static enum value_result
take_ranged(const struct option_row *row, const struct nearest *text,
    const struct unit *units, bool zero, uint64_t *value)
{
	uint64_t v = 0;
	enum value_result result = take_number(text, units, &v);

	if (result != VALUE_OK)
		return result;
	if ((v < row->min || v > row->max) && !(zero && v == 0))
		return VALUE_RANGE;
	*value = v;
	return VALUE_OK;
}

static enum value_result
store_path(char *field, const struct option_row *row,
    const struct nearest *text)
{
	/* The default as DIAG=help writes it can be written back. */
	if (equals(text, "-") || equals(text, row->standard)) {
		field[0] = '\0';
		return VALUE_OK;
	}
	if (text->len >= OPTION_PATH_MAX)
		return VALUE_LONG;
	memcpy(field, text->typed, text->len);
	field[text->len] = '\0';
	return VALUE_OK;
}

static enum value_result
store_memstats(struct options *opt, const struct option_row *row,
    struct nearest *text)
{
	enum value_result result;
	uint64_t ns = 0;

	if (equals(text, "exit")) {
		opt->memstats = MEMSTATS_EXIT;
		return VALUE_OK;
	}
	if (equals(text, "signal")) {
		opt->memstats = MEMSTATS_SIGNAL;
		return VALUE_OK;
	}
	if (equals(text, "-")) {
		opt->memstats = MEMSTATS_OFF;
		return VALUE_OK;
	}
	result = take_ranged(row, text, times, true, &ns);
	if (result == VALUE_OK) {
		opt->memstats = ns == 0 ? MEMSTATS_OFF : MEMSTATS_PERIOD;
		opt->memstats_ns = ns;
	} else if (result == VALUE_BAD) {
		nearest_offer(text, "exit");
		nearest_offer(text, "signal");
	}
	return result;
}

static enum value_result
store_prefix(struct options *opt, struct nearest *text)
{
	static const char *const words[] = {
		[PREFIX_NEVER] = "0", [PREFIX_ALWAYS] = "1",
		[PREFIX_AUTO] = "auto"
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (equals(text, words[i])) {
			opt->prefix = (enum prefix_mode)i;
			return VALUE_OK;
		}
	}
	nearest_offer(text, "auto");
	return VALUE_BAD;
}

static enum value_result
store_signal(struct options *opt, struct nearest *text)
{
	int number;

	if (equals(text, "-") || equals(text, "0") || equals(text, "none")) {
		opt->signal = 0;
		return VALUE_OK;
	}
	number = signame_number(text->typed, text->len);
	if (number == 0) {
		signame_offer(text);
		return VALUE_BAD;
	}
	if (!signame_can_be_asked_for(number))
		return VALUE_UNCATCHABLE;
	opt->signal = number;
	return VALUE_OK;
}

/* Stores a number in its field, which has the width of its kind. */
static enum value_result
store_number(void *field, const struct option_row *row,
    const struct nearest *text, const struct unit *units)
{
	uint64_t v = 0;
	enum value_result result = take_ranged(row, text, units,
	    row->kind == KIND_PERIOD, &v);
	uint32_t narrow = (uint32_t)v;
	bool truth = v != 0;

	if (result == VALUE_BAD && equals(text, row->standard)) {
		v = row->max;	/* maxsize=none */
		result = VALUE_OK;
	}
	if (result != VALUE_OK)
		return result;
	if (row->kind == KIND_LEVEL)
		memcpy(field, &narrow, sizeof(narrow));
	else if (row->kind == KIND_BOOL)
		memcpy(field, &truth, sizeof(truth));
	else
		memcpy(field, &v, sizeof(v));
	return VALUE_OK;
}

enum value_result
value_store(struct options *opt, const struct option_row *row,
    struct nearest *near)
{
	char *field = (char *)opt + row->offset;

	if (near->len == 0)
		return VALUE_MISSING;
	switch (row->kind) {
	case KIND_PATH:
		return store_path(field, row, near);
	case KIND_SIGNAL:
		return store_signal(opt, near);
	case KIND_MEMSTATS:
		return store_memstats(opt, row, near);
	case KIND_PREFIX:
		return store_prefix(opt, near);
	case KIND_PERIOD:
		return store_number(field, row, near, times);
	case KIND_SIZE:
		return store_number(field, row, near, sizes);
	case KIND_LEVEL:
	case KIND_COUNT:
	case KIND_BOOL:
		break;
	}
	return store_number(field, row, near, no_units);
}
