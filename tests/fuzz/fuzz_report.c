/*
 * fuzz_report - any bytes as a log or as a tape, through the whole of diag
 * report and diag plot.
 *
 * What comes out agrees with itself: blocks that are left are allocations
 * less frees, and a line's parts lie in the line.
 *
 * sources: src/common/base src/common/tape src/common/symbol src/tool/base
 * sources: src/tool/dwarf src/tool/timeline src/tool/report
 * sources: src/common/options/nearest.c
 * libs: -ldw -lelf -lz -liberty -lm
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "tool/report/logline.h"
#include "tool/report/report.h"
#include "tool/timeline/digest.h"
#include "tool/timeline/periodline.h"
#include "tool/timeline/picture.h"

static FILE *nowhere;

static void
inside(const struct logtext *t, const char *line, size_t len)
{
	must(t->len == 0 || (t->at >= line && t->at + t->len <= line + len));
}

static void
look_at_line(const char *line, size_t len)
{
	struct logline l;
	struct periodline p;

	logline_parse(line, len, &l);
	inside(&l.entry, line, len);
	inside(&l.name, line, len);
	inside(&l.module, line, len);
	inside(&l.build_id, line, len);
	inside(&l.text, line, len);
	if (!periodline_parse(line, len, &p))
		return;
	must(p.name.len == 0 || (p.name.at >= line &&
	    p.name.at + p.name.len <= line + len));
	must(p.words.len == 0 || (p.words.at >= line &&
	    p.words.at + p.words.len <= line + len));
}

/* Each line in memory of its own, so that a look past its end is seen. */
static void
look_at_lines(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;

	while (data < end) {
		const uint8_t *newline = memchr(data, '\n',
		    (size_t)(end - data));
		size_t len = (size_t)((newline ? newline : end) - data);
		char *line = malloc(len + !len);

		must(line != NULL);
		memcpy(line, data, len);
		look_at_line(line, len);
		free(line);
		data += len + 1;
	}
}

static void
print_all(struct report *r)
{
	const struct picture_options picture = {
		.title = "x", .pools = 4, .html = true,
	};

	summary_print(r, nowhere);
	top_print(r, nowhere);
	leaks_print(r, nowhere);
	tree_print(r, nowhere);
	folded_print(r, nowhere);
	json_print(r, nowhere);
	flame_print(r, nowhere);
	plot_print(r, nowhere);
	pprof_print(r, nowhere);
	digest_print(&r->notes.timeline, nowhere);
	picture_print(&r->notes.timeline, &picture, nowhere);
	diff_print(r, r, nowhere);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report_options opt = { .number = 5 };
	struct report r;
	char path[64];
	int fd;

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	must(nowhere != NULL);
	look_at_lines(data, size);
	fd = memfd_create("fuzz_report", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	opt.by = (enum report_key)(size % REPORT_KEYS);
	if (report_open(&r, path, &opt) == 0)
		print_all(&r);
	report_drop(&r);
	close(fd);
	return 0;
}
