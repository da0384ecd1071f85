/*
 * out_gperf - a heap profile for google-pprof, which knows no profile.proto:
 * gperftools' text, with the symbols in front.
 *
 * What it calls in use is what was never freed.  A frame with inlined calls
 * is one address whose symbol names them all, the innermost first.
 */
#include <inttypes.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/report/report.h"

enum { STACK_MAX = 1024, SPACING = 16 };

/* An address of our own for each frame.  Of callers the reader looks one byte
 * before it, so that is where the symbol stands, and the innermost, too. */
static uint64_t
address_of(uint32_t frame)
{
	return 0x100000 + (uint64_t)frame * SPACING;
}

/* Their symbols end at the line, and "--" divides them. */
static void
put_symbol(FILE *to, const char *text)
{
	for (; *text != '\0'; text++)
		fputc(*text == '\n' ? ' ' : *text == '-' && text[1] == '-' ?
		    '_' : *text, to);
}

static void
put_symbols(struct report *r, FILE *to)
{
	unsigned count;

	fprintf(to, "--- symbol\nbinary=%s\n", r->notes.program[0] != '\0' ?
	    r->notes.program : "program");
	for (uint32_t i = 1; i < r->m.n_frames; i++) {
		const struct name *name = names_of(&r->names, i, &count);

		fprintf(to, "0x%016" PRIx64 " ", address_of(i) - 1);
		for (unsigned k = 0; k < count; k++) {
			fputs(k > 0 ? "--" : "", to);
			put_symbol(to, names_text(&r->names,
			    name[k].function));
		}
		fputc('\n', to);
	}
	fputs("---\n", to);
}

static void
put_site(const struct model *m, const struct site *s, FILE *to)
{
	unsigned depth = 0;

	fprintf(to, "%6" PRIu64 ": %8" PRIu64 " [%6" PRIu64 ": %8" PRIu64
	    "] @", s->live_blocks, s->live, s->allocs, s->bytes);
	for (uint32_t node = s->node; node != 0 && depth < STACK_MAX;
	    node = m->nodes[node].parent, depth++)
		fprintf(to, " 0x%016" PRIx64,
		    address_of(m->nodes[node].frame) - (depth == 0));
	fputc('\n', to);
}

void
gperf_print(struct report *r, FILE *to)
{
	const struct totals *t = &r->m.totals;

	put_symbols(r, to);
	fprintf(to, "heap profile: %6" PRIu64 ": %8" PRIu64
	    " [%6" PRIu64 ": %8" PRIu64 "] @ heapprofile\n",
	    t->live_blocks, t->live, t->allocs, t->bytes);
	for (size_t i = 1; i < r->m.n_sites; i++)
		put_site(&r->m, &r->m.sites[i], to);
	fputs("\nMAPPED_LIBRARIES:\n", to);
}
