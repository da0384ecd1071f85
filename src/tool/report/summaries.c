/*
 * summaries - which leak summaries of a log are each process's last words.
 */
#include "tool/report/summaries.h"

#include <stdlib.h>

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
    uint32_t process, struct amount all)
{
	struct summary *x = summary_of(s, process);

	if (x->goes_on) {
		notes->told_bytes -= x->all.bytes;
		notes->told_blocks -= x->all.blocks;
		notes->beside -= x->beside;
		model_forget_told(m, x->number);
	}
	*x = (struct summary){ .all = all, .number = ++s->begun };
	notes->told_bytes += all.bytes;
	notes->told_blocks += all.blocks;
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
summaries_next(struct summaries *s, uint32_t process)
{
	summary_of(s, process)->next = true;
}

void
summaries_go_on(struct summaries *s, uint32_t process)
{
	struct summary *x = summary_of(s, process);

	x->next = false;
	x->goes_on = true;
}

uint64_t
summaries_untold(const struct summaries *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->of[i].next;
	return n;
}

void
summaries_drop(struct summaries *s)
{
	free(s->of);
	*s = (struct summaries){ 0 };
}
