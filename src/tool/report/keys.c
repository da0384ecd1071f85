/*
 * keys - what stacks are ordered by: the words, and figures in their units.
 */
#include "tool/report/keys.h"

#include <inttypes.h>
#include <stdbool.h>

static const struct {
	const char *word, *title;
	bool is_bytes;
} keys[REPORT_KEYS] = {
	[BY_BYTES] = { "bytes", "bytes allocated", true },
	[BY_COUNT] = { "count", "allocations", false },
	[BY_PEAK] = { "peak", "bytes live at the peak", true },
	[BY_TEMPORARY] = { "temporary", "temporary allocations", false },
	[BY_LEAKED] = { "leaked", "bytes never freed", true },
	[BY_FREED] = { "freed", "bytes freed", true },
};

const char *
keys_value(char to[FIGURE_MAX], enum report_key key, uint64_t value)
{
	if (keys[key].is_bytes)
		return figures_bytes(to, value);
	snprintf(to, FIGURE_MAX, "%" PRIu64, value);
	return to;
}

const char *
keys_word(enum report_key key)
{
	return keys[key].word;
}

const char *
keys_title(enum report_key key)
{
	return keys[key].title;
}
