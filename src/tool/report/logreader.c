/*
 * logreader - a text log into a model.
 */
#include "tool/report/logreader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/base/input.h"
#include "tool/report/collector.h"
#include "tool/report/logline.h"
#include "tool/report/lognames.h"
#include "tool/report/summaries.h"

enum { FRAMES_MAX = 1024 };

/* What the frames that are being read belong to. */
enum pending {
	PENDING_NOTHING, PENDING_EVENT, PENDING_STACK, PENDING_LEAK
};

struct reader {
	struct model *m;
	struct readnotes *notes;
	struct collector collector;
	struct lognames names;
	enum pending pending;
	struct model_event event;
	bool is_free;
	uint32_t process;
	uint64_t stack;		/* PENDING_STACK: its number */
	struct told_leak leak;
	struct summaries summaries;
	uint32_t frames[FRAMES_MAX];	/* innermost first */
	size_t n_frames;
	bool cut;
};

/* The stack of the frames that were read. */
static uint32_t
gathered_node(struct reader *r)
{
	uint32_t node = 0;

	for (size_t i = r->n_frames; i-- > 0;)
		node = model_node(r->m, node, r->frames[i]);
	if (r->cut && node != 0)
		r->m->nodes[node].cut = true;
	return node;
}

static void
put_event(struct reader *r)
{
	if (r->is_free)
		model_free(r->m, &r->event);
	else
		model_alloc(r->m, &r->event);
}

/* The record that was being read is complete. */
static void
finish_record(struct reader *r)
{
	enum pending pending = r->pending;

	r->pending = PENDING_NOTHING;
	switch (pending) {
	case PENDING_NOTHING:
		return;
	case PENDING_EVENT:
		r->event.node = gathered_node(r);
		r->notes->no_stack += r->n_frames == 0;
		put_event(r);
		return;
	case PENDING_STACK:
		lognames_set_stack(&r->names, r->process, r->stack,
		    gathered_node(r));
		return;
	case PENDING_LEAK:
		r->leak.node = gathered_node(r);
		model_told_leak(r->m, &r->leak);
		return;
	}
}

static void
begin_record(struct reader *r, enum pending pending)
{
	r->pending = pending;
	r->n_frames = 0;
	r->cut = false;
}

static void
read_event(struct reader *r, const struct logline *l)
{
	uint32_t name = strings_add(&r->m->strings, l->name.at, l->name.len);

	r->is_free = l->kind == LINE_FREE;
	r->event = (struct model_event){
		.thread = model_thread(r->m, r->process, l->tid, name),
		.addr = l->addr,
		.size = l->size,
		.ns = l->ns,
	};
	if (l->stack == 0) {
		begin_record(r, PENDING_EVENT);
		return;
	}
	r->event.node = lognames_stack(&r->names, r->process, l->stack);
	r->notes->no_stack += r->event.node == 0;
	put_event(r);
}

static void
read_frame(struct reader *r, const struct logline *l)
{
	if (r->pending == PENDING_NOTHING)
		return;
	if (r->n_frames < FRAMES_MAX)
		r->frames[r->n_frames++] = lognames_frame(&r->names,
		    r->process, l);
	else
		r->cut = true;
}

/* What begins with SCHED or POOL and a time is ours; Go's programs have gc
 * lines of their own. */
static void
read_period(struct reader *r, const struct logline *l)
{
	if (timeline_add(&r->notes->timeline, l->pid, l->text.at,
	    l->text.len))
		r->notes->ours++;
	else if (*l->text.at != 'g')
		r->notes->broken++;
}

/* "diag: 12 records dropped" and the like: the number counts. */
static void
read_notice(struct reader *r, const struct logline *l)
{
	const char *at = l->text.at + strlen("diag: ");
	const char *end = l->text.at + l->text.len;
	uint64_t n = 0;

	for (; at < end && *at >= '0' && *at <= '9' && n < 1ull << 50; at++)
		n = n * 10 + (uint64_t)(*at - '0');
	r->notes->lost += n;
}

static void
read_leak(struct reader *r, const struct logline *l)
{
	begin_record(r, PENDING_LEAK);
	r->leak = (struct told_leak){
		.summary = summaries_number(&r->summaries, r->process),
		.all = { l->size, l->blocks },
		.held = { l->held[0], l->held[1] },
		.indirect = { l->indirect[0], l->indirect[1] },
		.reach = { l->reach[0], l->reach[1] },
		.oldest_ns = l->ns,
	};
}

static void
read_lost(struct reader *r, const struct logline *l)
{
	size_t n = MIN(l->entry.len, sizeof(r->notes->blind) - 1);

	summaries_beside(&r->summaries, r->notes, r->process, l->beside);
	if (n == 0) {
		r->notes->scanned = true;
		return;
	}
	memcpy(r->notes->blind, l->entry.at, n);
	r->notes->blind[n] = '\0';
}

/* A leak summary, or why there is none or one more. */
static void
read_summary(struct reader *r, const struct logline *l)
{
	struct summaries *s = &r->summaries;

	if (l->kind == LINE_NOTHING) {
		summaries_nothing(s, r->process);
	} else if (l->kind == LINE_CHILD) {
		summaries_child(s, r->process,
		    model_process(r->m, l->child));
	} else if (l->kind == LINE_NEXT) {
		summaries_next(s, r->process);
	} else if (l->kind == LINE_GOES_ON) {
		summaries_go_on(s, r->process);
	} else {
		r->notes->told = true;
		summaries_begin(s, r->m, r->notes, r->process,
		    (struct amount){ l->size, l->blocks }, l->allocs);
	}
}

/* A line that begins a record, or stands alone. */
static void
read_head(struct reader *r, const struct logline *l)
{
	switch (l->kind) {
	case LINE_ALLOC:
	case LINE_FREE:
		read_event(r, l);
		break;
	case LINE_STACK:
		begin_record(r, PENDING_STACK);
		r->stack = l->stack;
		break;
	case LINE_LEAK:
		read_leak(r, l);
		break;
	case LINE_LEAKS:
	case LINE_NOTHING:
	case LINE_CHILD:
	case LINE_NEXT:
	case LINE_GOES_ON:
		read_summary(r, l);
		break;
	case LINE_LOST:
		read_lost(r, l);
		break;
	case LINE_NOTICE:
		read_notice(r, l);
		break;
	case LINE_BROKEN:
		r->notes->broken++;
		break;
	default:
		break;
	}
}

static void
read_line(struct reader *r, const struct logline *l)
{
	r->notes->lines++;
	if (l->kind == LINE_OTHER)
		return;
	if (l->kind == LINE_PERIOD) {
		finish_record(r);
		read_period(r, l);
		return;
	}
	/* Anybody's blank lines are not ours. */
	r->notes->ours += l->kind != LINE_BLANK ||
	    r->pending != PENDING_NOTHING;
	/* A module is named in the middle of the record that needs it. */
	if (l->kind == LINE_MODULE) {
		lognames_module(&r->names, model_process(r->m, l->pid), l);
		return;
	}
	if (l->kind == LINE_FRAME) {
		read_frame(r, l);
		return;
	}
	if (l->kind == LINE_CUT) {
		r->cut = true;
		return;
	}
	finish_record(r);
	if (l->kind == LINE_BLANK)
		return;
	r->process = model_process(r->m, l->pid);
	read_head(r, l);
}

static void
read_lines(struct reader *r, struct input *in)
{
	struct readnotes *notes = r->notes;
	struct logline l;
	const char *line;
	size_t len;

	while (!notes->cut && input_line(in, &line, &len)) {
		/* A log that came over another system. */
		if (len > 0 && line[len - 1] == '\r')
			len--;
		collector_parse(&r->collector, line, len, &l);
		/* The last line may be half of one, or the host's own. */
		notes->cut = in->unended && (l.kind != LINE_OTHER ||
		    r->pending != PENDING_NOTHING);
		if (!notes->cut)
			read_line(r, &l);
	}
	notes->unpacked_part = in->damaged;
	notes->cut |= in->damaged;
	notes->cut |= r->pending == PENDING_EVENT && r->n_frames == 0;
	if (!notes->cut)
		finish_record(r);
}

int
logreader_read(struct model *m, const char *path,
    struct readnotes *notes)
{
	struct reader *r = alloc_zeroed(1, sizeof(*r));
	struct input in;

	*notes = (struct readnotes){ 0 };
	if (!input_open(&in, path)) {
		int err = errno;

		free(r);
		return -err;
	}
	r->m = m;
	r->notes = notes;
	notes->recorded_s = in.changed_s;
	lognames_start(&r->names, m);
	read_lines(r, &in);
	notes->untold = summaries_untold(&r->summaries);
	summaries_drop(&r->summaries);
	lognames_drop(&r->names);
	collector_drop(&r->collector);
	input_close(&in);
	free(r);
	return -in.err;
}
