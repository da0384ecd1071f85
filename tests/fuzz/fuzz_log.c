/*
 * fuzz_log - a log holds anything: what the program printed, torn lines,
 * lines of other versions.  It is read, told and drawn.
 *
 * sources: src/common/base src/tool/timeline src/tool/base
 * sources: src/tool/report/logline.c src/tool/report/logsearch.c
 * sources: src/tool/report/collector.c
 * libs: -lz
 */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "tool/report/collector.h"
#include "tool/timeline/digest.h"
#include "tool/timeline/picture.h"

static bool
is_within(const struct logtext *part, const char *line, size_t len)
{
	return part->at == NULL || (part->at >= line &&
	    part->at + part->len <= line + len);
}

static void
look_at(const struct logline *l, const char *line, size_t len)
{
	must(is_within(&l->text, line, len));
	must(is_within(&l->name, line, len));
	must(is_within(&l->module, line, len));
}

static void
read_line(struct timeline *t, struct collector *c, const char *line,
    size_t len)
{
	struct periodline p;
	struct logline l;

	logline_parse(line, len, &l);
	look_at(&l, line, len);
	collector_parse(c, line, len, &l);
	if (c->room > 0 && is_within(&l.text, c->text, c->room))
		look_at(&l, c->text, c->room);
	else
		look_at(&l, line, len);
	if (l.kind == LINE_PERIOD)
		timeline_add(t, l.pid, l.text.at, l.text.len);
	if (!periodline_parse(line, len, &p))
		return;
	for (unsigned i = 0; i < PERIOD_FIGURES; i++)
		must(isfinite(p.f[i].value) && p.f[i].value >= 0);
}

static void
read_text(struct timeline *t, const char *text, size_t size)
{
	struct collector c = { 0 };
	const char *end = text + size;

	while (text < end) {
		const char *line = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((line != NULL ? line : end) - text);
		char *copy = malloc(len);	/* with nothing behind it */

		must(copy != NULL || len == 0);
		if (len > 0)
			memcpy(copy, text, len);
		read_line(t, &c, copy != NULL ? copy : "", len);
		free(copy);
		text += len + 1;
	}
	collector_drop(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct picture_options opt = {
		.title = "log", .pools = 3, .html = true,
	};
	struct timeline t = { 0 };
	char *out = NULL;
	size_t len;
	bool drawn;
	FILE *to = open_memstream(&out, &len);

	must(to != NULL);
	read_text(&t, (const char *)data, size);
	digest_print(&t, to);
	rewind(to);	/* the picture alone is looked at */
	drawn = picture_print(&t, &opt, to);
	fclose(to);
	out[drawn ? len : 0] = '\0';
	/* A place that is no number; quotes in texts are written &quot;. */
	must(strstr(out, "=\"nan") == NULL && strstr(out, "=\"-nan") == NULL);
	must(strstr(out, "=\"inf") == NULL && strstr(out, "=\"-inf") == NULL);
	free(out);
	timeline_drop(&t);
	return 0;
}
