/*
 * out_summary - what is in the file or the files, and what is not.
 *
 * Files of several processes are told one by one and then together.  The peak
 * of all is not: each process has a clock of its own.
 */
#include <inttypes.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/figures.h"
#include "tool/report/report.h"
#include "tool/timeline/digest.h"

/* What is not whole of a tape. */
static void
print_tape_damage(const struct readnotes *n, FILE *to)
{
	if (n->damaged > 0)
		fprintf(to, "damage: %" PRIu64 " chunk%s of the tape, read "
		    "as far as whole\n", n->damaged,
		    figures_plural(n->damaged));
	if (n->changed_header)
		fprintf(to, "damage: the header of the tape was changed: "
		    "times, and how it ended, may be wrong\n");
	if (n->changed > 0)
		fprintf(to, "damage: %" PRIu64 " chunk%s of the tape %s "
		    "changed after being written: figures may be wrong\n",
		    n->changed, figures_plural(n->changed),
		    n->changed == 1 ? "was" : "were");
	if (n->missing_bytes > 0)
		fprintf(to, "damage: the tape was cut: its last %" PRIu64
		    " byte%s are not there\n", n->missing_bytes,
		    figures_plural(n->missing_bytes));
	if (n->missing_chunks > 0)
		fprintf(to, "damage: chunks of the tape are missing in %"
		    PRIu64 " place%s\n", n->missing_chunks,
		    figures_plural(n->missing_chunks));
	if (n->no_clock)
		fprintf(to, "damage: the tape does not tell how fast its "
		    "clock ran: times are ~\n");
}

static void
print_damage(const struct readnotes *n, const struct totals *t, FILE *to)
{
	print_tape_damage(n, to);
	if (n->unpacked_part)
		fprintf(to, "damage: what gzip wrote is cut or changed: it is "
		    "read as far as it is whole\n");
	else if (n->cut && !n->is_tape)
		fprintf(to, "damage: the log ends inside a record, which is "
		    "left out\n");
	if (n->broken > 0)
		fprintf(to, "damage: %" PRIu64 " line%s torn or cut, left "
		    "out\n", n->broken, figures_plural(n->broken));
	if (n->no_stack > 0)
		fprintf(to, "damage: %" PRIu64 " event%s without a stack\n",
		    n->no_stack, figures_plural(n->no_stack));
	if (n->lost > 0)
		fprintf(to, "missing: %" PRIu64 " record%s that were dropped "
		    "as it was written\n", n->lost, figures_plural(n->lost));
	if (n->told && t->allocs > 0 && (n->told_bytes != t->live ||
	    n->told_blocks != t->live_blocks))
		fprintf(to, "differs: the program itself counted %" PRIu64
		    " bytes in %" PRIu64 " block%s never freed\n",
		    n->told_bytes, n->told_blocks,
		    figures_plural(n->told_blocks));
	if (t->missed_frees > 0)
		fprintf(to, "missing: %" PRIu64 " free%s (an address was "
		    "given out again)\n", t->missed_frees,
		    figures_plural(t->missed_frees));
	if (t->unknown_frees > 0 && n->parent_pid != 0)
		fprintf(to, "inherited: %" PRIu64 " block%s of its parent "
		    "freed\n", t->unknown_frees,
		    figures_plural(t->unknown_frees));
	else if (t->unknown_frees > 0)
		fprintf(to, "missing: the allocations of %" PRIu64 " block%s "
		    "that were freed\n", t->unknown_frees,
		    figures_plural(t->unknown_frees));
}

static void
print_file(const char *name, const struct readnotes *n, FILE *to)
{
	if (!n->is_tape) {
		fprintf(to, "%s: %" PRIu64 " line%s, %" PRIu64 " of them "
		    "diag's\n", name, n->lines, figures_plural(n->lines),
		    n->ours);
		return;
	}
	fprintf(to, "%s: tape of %s (%d), %" PRIu64 " chunk%s; %s", name,
	    n->program, n->pid, n->chunks, figures_plural(n->chunks),
	    n->ending);
	if (n->error != 0)
		fprintf(to, ": %s", strerror(n->error));
	fputc('\n', to);
	if (n->sample > 1)
		fprintf(to, "recorded: one allocation in %" PRIu64 "\n",
		    n->sample);
	if (n->minsize > 0)
		fprintf(to, "recorded: allocations of %" PRIu64 " bytes or "
		    "more\n", n->minsize);
	if (n->maxsize != UINT64_MAX)
		fprintf(to, "recorded: allocations of %" PRIu64 " bytes or "
		    "less\n", n->maxsize);
}

bool
summary_has_allocations(const struct report *r)
{
	return r->notes.is_tape || r->notes.told || r->m.totals.allocs > 0 ||
	    r->m.totals.frees > 0;
}

static void
print_temporary(const struct totals *t, FILE *to)
{
	fprintf(to, "temporary: %" PRIu64 " (%.1f%% of allocations)\n",
	    t->temporary, t->allocs > 0 ?
	    100.0 * (double)t->temporary / (double)t->allocs : 0.0);
}

static void
print_live(const struct totals *t, bool cut, FILE *to)
{
	char a[FIGURE_MAX];

	fprintf(to, "%s: %" PRIu64 " block%s, %s\n",
	    cut ? "live at the end" : "leaked", t->live_blocks,
	    figures_plural(t->live_blocks), figures_bytes(a, t->live));
}

static void
print_peak(const struct totals *t, FILE *to)
{
	char a[FIGURE_MAX], b[FIGURE_MAX];

	fprintf(to, "peak: %s at %s\n", figures_bytes(a, t->peak),
	    figures_seconds(b, t->peak_ns));
}

/* The sums of all files. */
static void
print_allocations(const struct report *r, FILE *to)
{
	const struct totals *t = &r->m.totals;
	char a[FIGURE_MAX], b[FIGURE_MAX], c[FIGURE_MAX];

	fprintf(to, "allocations: %" PRIu64 ", %s, from %zu stack%s by %zu "
	    "thread%s, %s to %s\n", t->allocs, figures_bytes(a, t->bytes),
	    r->m.n_sites - 1, figures_plural(r->m.n_sites - 1),
	    r->m.n_threads, figures_plural(r->m.n_threads),
	    figures_seconds(b, t->first_ns), figures_seconds(c, t->last_ns));
	fprintf(to, "frees: %" PRIu64 "\n", t->frees);
	if (r->n_parts == 0)
		print_peak(t, to);
	print_temporary(t, to);
	print_live(t, r->notes.cut, to);
}

static void
print_told(const struct readnotes *n, FILE *to)
{
	char a[FIGURE_MAX];

	fprintf(to, "leaked: %" PRIu64 " block%s, %s\n", n->told_blocks,
	    figures_plural(n->told_blocks), figures_bytes(a, n->told_bytes));
}

/* One process of several. */
static void
print_part(const struct report_part *p, FILE *to)
{
	const struct totals *t = &p->t;
	char a[FIGURE_MAX], b[FIGURE_MAX], c[FIGURE_MAX];

	print_file(p->name, &p->notes, to);
	if (p->notes.parent_pid != 0)
		fprintf(to, "forked by: %d\n", p->notes.parent_pid);
	if (t->allocs > 0 || t->frees > 0) {
		fprintf(to, "allocations: %" PRIu64 ", %s, %s to %s\n",
		    t->allocs, figures_bytes(a, t->bytes),
		    figures_seconds(b, t->first_ns),
		    figures_seconds(c, t->last_ns));
		fprintf(to, "frees: %" PRIu64 "\n", t->frees);
		print_peak(t, to);
		print_live(t, p->notes.cut, to);
	} else if (p->notes.told) {
		print_told(&p->notes, to);
	}
	digest_print(&p->notes.timeline, to);
	print_damage(&p->notes, t, to);
	fputc('\n', to);
}

void
summary_print(struct report *r, FILE *to)
{
	const struct totals *t = &r->m.totals;

	for (size_t i = 0; i < r->n_parts; i++)
		print_part(&r->parts[i], to);
	if (r->n_parts > 0)
		fprintf(to, "%zu files together\n", r->n_parts);
	else
		print_file(r->name, &r->notes, to);
	if (t->allocs > 0 || t->frees > 0)
		print_allocations(r, to);
	else if (r->notes.told)
		print_told(&r->notes, to);
	if (r->n_parts > 0)
		return;
	digest_print(&r->notes.timeline, to);
	print_damage(&r->notes, t, to);
}
