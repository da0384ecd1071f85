/*
 * report - what a log or a tape says, read once and then asked.
 */
#include "tool/report/report.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/report/logreader.h"
#include "tool/report/tapereader.h"

int
report_read(struct model *m, const char *path, struct readnotes *notes)
{
	if (tapereader_is_tape(path))
		return tapereader_read(m, path, notes);
	return logreader_read(m, path, notes);
}

static void
begin(struct report *r, const char *path, const struct report_options *opt)
{
	*r = (struct report){ .path = path, .name = path, .opt = *opt };
	suppress_standard(&r->suppress);
	model_start(&r->m);
	names_start(&r->names, &r->m, opt->source);
}

int
report_open(struct report *r, const char *path,
    const struct report_options *opt)
{
	begin(r, path, opt);

	int err = report_read(&r->m, path, &r->notes);

	model_end(&r->m);
	return err;
}

/* What is between two sums, the second of which is @t. */
static void
subtract(struct totals *t, const struct totals *before)
{
	t->allocs -= before->allocs;
	t->frees -= before->frees;
	t->bytes -= before->bytes;
	t->temporary -= before->temporary;
	t->live -= before->live;
	t->live_blocks -= before->live_blocks;
	t->peak -= before->live;
	t->unknown_frees -= before->unknown_frees;
	t->missed_frees -= before->missed_frees;
}

static int
read_part(struct report *r, struct report_part *part)
{
	struct totals before = r->m.totals;
	int err;

	/* Each file has its own beginning, peak and end. */
	r->m.totals.peak = before.live;
	r->m.totals.first_ns = UINT64_MAX;
	r->m.totals.last_ns = 0;
	err = report_read(&r->m, r->path, &part->notes);
	part->t = r->m.totals;
	if (part->t.first_ns == UINT64_MAX)
		part->t.first_ns = 0;
	subtract(&part->t, &before);
	r->m.totals.first_ns = MIN(before.first_ns, r->m.totals.first_ns);
	r->m.totals.last_ns = MAX(before.last_ns, r->m.totals.last_ns);
	r->m.file++;
	return err;
}

static void
join_notes(struct readnotes *all, const struct readnotes *n)
{
	all->is_tape |= n->is_tape;
	all->recorded_s = MAX(all->recorded_s, n->recorded_s);
	all->why = n->why;
	all->ours += n->ours;
	all->lines += n->lines;
	all->lost += n->lost;
	all->no_stack += n->no_stack;
	all->broken += n->broken;
	all->damaged += n->damaged;
	all->changed += n->changed;
	all->changed_header |= n->changed_header;
	all->missing_chunks += n->missing_chunks;
	all->missing_bytes += n->missing_bytes;
	all->cut |= n->cut;
	all->unpacked_part |= n->unpacked_part;
	all->free_calls |= n->free_calls;
	all->free_nothing |= n->free_nothing;
	all->told |= n->told;
	all->scanned |= n->scanned;
	all->beside += n->beside;
	all->untold += n->untold;
	if (all->blind[0] == '\0')
		memcpy(all->blind, n->blind, sizeof(all->blind));
	all->told_bytes += n->told_bytes;
	all->told_blocks += n->told_blocks;
	all->told_allocs += n->told_allocs;
	all->no_clock |= n->no_clock;
}

int
report_open_all(struct report *r, const char *const *paths,
    const char *const *names, size_t n, const struct report_options *opt)
{
	int err = 0;

	if (n == 1) {
		err = report_open(r, paths[0], opt);
		r->name = names[0];
		return err;
	}
	begin(r, paths[0], opt);
	r->parts = alloc_zeroed(n, sizeof(*r->parts));
	r->n_parts = n;
	for (size_t i = 0; i < n && err == 0; i++) {
		r->path = paths[i];
		r->parts[i].name = r->name = names[i];
		err = read_part(r, &r->parts[i]);
		join_notes(&r->notes, &r->parts[i].notes);
	}
	if (err == 0) {
		snprintf(r->together, sizeof(r->together), "%zu files", n);
		r->name = r->together;
	}
	r->m.totals.peak = 0;	/* no two files have the same clock */
	model_end(&r->m);
	return err;
}

void
report_drop(struct report *r)
{
	for (size_t i = 0; i < r->n_parts; i++)
		readnotes_drop(&r->parts[i].notes);
	free(r->parts);
	readnotes_drop(&r->notes);
	suppress_drop(&r->suppress);
	names_drop(&r->names);
	model_drop(&r->m);
}
