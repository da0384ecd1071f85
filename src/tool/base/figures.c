/*
 * figures - numbers the way people read them.
 */
#include "tool/base/figures.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/attrs.h"

const char *
figures_bytes(char to[FIGURE_MAX], uint64_t bytes)
{
	static const char *const units[] = { "KB", "MB", "GB", "TB" };
	double v = (double)bytes / KIB;
	size_t unit = 0;

	if (bytes < KIB) {
		snprintf(to, FIGURE_MAX, "%" PRIu64 " B", bytes);
		return to;
	}
	while (v >= 1000 && unit + 1 < ARRAY_LEN(units)) {
		v /= KIB;
		unit++;
	}
	snprintf(to, FIGURE_MAX, "%.1f %s", v, units[unit]);
	return to;
}

const char *
figures_seconds(char to[FIGURE_MAX], uint64_t ns)
{
	uint64_t ms = ns / NS_PER_MS;

	snprintf(to, FIGURE_MAX, "%" PRIu64 ".%03" PRIu64 "s", ms / 1000,
	    ms % 1000);
	return to;
}

const char *
figures_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

void
figures_put_xml(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '<')
			fputs("&lt;", to);
		else if (c == '>')
			fputs("&gt;", to);
		else if (c == '&')
			fputs("&amp;", to);
		else if (c == '"')
			fputs("&quot;", to);
		else
			fputc(c >= 32 && c < 127 ? c : '?', to);
	}
}

void
figures_put_json(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c < 32 || c >= 127)
			fprintf(to, "\\u%04x", c);
		else
			fputc(c, to);
	}
	fputc('"', to);
}
