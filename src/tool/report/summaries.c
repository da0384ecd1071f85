/*
 * summaries - which leak summaries of a log are each process's last words, and
 * which are missing.
 */
#include "tool/report/summaries.h"

#include <stdlib.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"

static struct summary *
summary_of(struct summaries *s, uint32_t process)
{
	while (s->n <= process) {
		s->of = alloc_room(s->of, s->n, &s->cap, sizeof(*s->of));
		s->of[s->n++] = (struct summary){ 0 };
	}
	return &s->of[process];
}

void
summaries_begin(struct summaries *s, struct model *m, struct readnotes *notes,
    uint32_t process, struct amount all, uint64_t allocs)
{
	struct summary *x = summary_of(s, process);

	if (x->goes_on) {
		notes->told_bytes -= x->all.bytes;
		notes->told_blocks -= x->all.blocks;
		notes->told_allocs -= x->allocs;
		notes->beside -= x->beside;
		model_forget_told(m, x->number);
	}
	summaries_nothing(s, process);
	x->all = all;
	x->allocs = allocs;
	x->beside = 0;
	x->number = ++s->begun;
	notes->told_bytes += all.bytes;
	notes->told_blocks += all.blocks;
	notes->told_allocs += allocs;
}

uint32_t
summaries_number(struct summaries *s, uint32_t process)
{
	return summary_of(s, process)->number;
}

void
summaries_beside(struct summaries *s, struct readnotes *notes,
    uint32_t process, uint64_t threads)
{
	summary_of(s, process)->beside += threads;
	notes->beside += threads;
}

void
summaries_child(struct summaries *s, uint32_t parent, uint32_t process)
{
	summary_of(s, parent)->spoke = true;
	summary_of(s, process)->children++;
}

void
summaries_nothing(struct summaries *s, uint32_t process)
{
	struct summary *x = summary_of(s, process);

	x->spoke = true;
	x->told += !x->goes_on || x->told == 0;
	x->goes_on = false;
}

/* A child that has told nothing yet owes what the program that takes its place
 * will tell. */
void
summaries_next(struct summaries *s, uint32_t process)
{
	struct summary *x = summary_of(s, process);

	x->spoke = true;
	x->next += x->told > 0;
}

void
summaries_go_on(struct summaries *s, uint32_t process)
{
	struct summary *x = summary_of(s, process);

	x->spoke = true;
	x->next -= x->next > 0;
	x->goes_on = true;
}

/* Who has spoken and was not said to begin is one that others started. */
static unsigned
owed_by(const struct summary *x)
{
	return MAX(x->children, (unsigned)x->spoke) + x->next;
}

uint64_t
summaries_untold(const struct summaries *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		unsigned owed = owed_by(&s->of[i]);

		n += owed - MIN(owed, s->of[i].told);
	}
	return n;
}

void
summaries_drop(struct summaries *s)
{
	free(s->of);
	*s = (struct summaries){ 0 };
}
