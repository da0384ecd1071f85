/*
 * poolline - a view in words.
 */
#include "shim/schedtrace/poolline.h"

#include <string.h>

#include "common/base/clock.h"

void
poolline_begin(struct poolline_list *list)
{
	list->count = list->seen = list->more = 0;
	list->waiting = 0;
	list->waiting_known = NOT_KNOWN;
}

unsigned
poolline_saturation(const struct poolview *v)
{
	uint64_t full = MIN(v->full_ns, v->period_ns);

	if (v->period_ns == 0)
		return 0;
	return (unsigned)((full * 100 + v->period_ns / 2) / v->period_ns);
}

/* Who has the most to do: work that waits, then workers that are busy, then
 * what was done. */
static bool
is_busier(const struct poolview *a, const struct poolview *b)
{
	uint64_t a_waits = a->queue_known != NOT_KNOWN ? a->waiting : 0;
	uint64_t b_waits = b->queue_known != NOT_KNOWN ? b->waiting : 0;
	unsigned a_full = poolline_saturation(a);
	unsigned b_full = poolline_saturation(b);

	if ((a_full >= 90) != (b_full >= 90))
		return a_full > b_full;
	if (a_waits != b_waits)
		return a_waits > b_waits;
	if (a->busy != b->busy)
		return a->busy > b->busy;
	if (a->done != b->done)
		return a->done > b->done;
	return a->number < b->number;
}

/* A sum with a part that is not known is an estimate; one without any part
 * that is known, nothing. */
static void
add_waiting(struct poolline_list *list, const struct poolview *v, bool first)
{
	if (first)
		list->waiting_known = v->queue_known;
	else if (list->waiting_known != v->queue_known)
		list->waiting_known = ESTIMATED;
	if (v->queue_known != NOT_KNOWN)
		list->waiting += v->waiting;
}

void
poolline_add(struct poolview *v, void *arg)
{
	struct poolline_list *list = arg;
	unsigned at = list->count;

	add_waiting(list, v, list->seen++ == 0);
	if (v->silent)
		return;
	if (at == POOLLINES) {
		list->more++;
		if (!is_busier(v, &list->view[--at]))
			return;
	} else {
		list->count++;
	}
	for (; at > 0 && is_busier(v, &list->view[at - 1]); at--)
		list->view[at] = list->view[at - 1];
	list->view[at] = *v;
}

/* One word: what is white space in a name would make two of it. */
void
poolline_write_name(struct buf *b, const char *name, unsigned number)
{
	char word[POOL_NAME_MAX];
	unsigned n = 0;

	for (; n < sizeof(word) && name[n] != '\0'; n++)
		word[n] = name[n] == ' ' || name[n] == '#' ? '_' : name[n];
	buf_clean(b, word, n);
	buf_printf(b, "#%u", number);
}

void
poolline_write_count(struct buf *b, enum known known, uint64_t n)
{
	if (known == NOT_KNOWN) {
		buf_char(b, '-');
		return;
	}
	if (known == ESTIMATED)
		buf_char(b, '~');
	buf_u64(b, n);
}

static void
write_named(struct buf *b, const char *name, enum known known, uint64_t n)
{
	buf_str(b, name);
	poolline_write_count(b, known, n);
}

static void
write_queues(struct buf *b, const struct poolview *v)
{
	if (v->queues < 2 || v->queue_known == NOT_KNOWN) {
		buf_str(b, " [-]");
		return;
	}
	buf_str(b, " [");
	for (unsigned i = 0; i < v->queues && i < POOL_QUEUES; i++)
		buf_printf(b, "%s%u", i != 0 ? " " : "", v->queue_length[i]);
	buf_char(b, ']');
}

/* Per second; with a decimal where there are few. */
static void
write_rate(struct buf *b, const struct poolview *v)
{
	uint64_t tenths;

	buf_str(b, " rate=");
	if (v->rate_known == NOT_KNOWN || v->period_ns == 0) {
		buf_char(b, '-');
		return;
	}
	tenths = (uint64_t)((double)v->done * 10 * (double)NS_PER_S /
	    (double)v->period_ns + 0.5);
	if (v->rate_known == ESTIMATED)
		buf_char(b, '~');
	if (tenths < 100 && tenths % 10 != 0)
		buf_fixed(b, tenths, 1);
	else
		buf_u64(b, (tenths + 5) / 10);
	buf_str(b, "/s");
}

/* Nothing that took time: nothing is known of how long it takes. */
static void
write_times(struct buf *b, const char *name, const struct pool_times *t)
{
	buf_str(b, name);
	if (t->known == NOT_KNOWN || t->count == 0) {
		buf_char(b, '-');
		return;
	}
	if (t->known == ESTIMATED)
		buf_char(b, '~');
	buf_go_ms(b, t->median_ns);
	buf_char(b, '/');
	buf_go_ms(b, t->p99_ns);
	buf_char(b, '/');
	buf_go_ms(b, t->max_ns);
	buf_str(b, "ms");
}

static void
write_seconds(struct buf *b, const char *name, enum known known, uint64_t ns)
{
	buf_str(b, name);
	if (known == NOT_KNOWN) {
		buf_char(b, '-');
		return;
	}
	if (known == ESTIMATED)
		buf_char(b, '~');
	if (ns == 0)
		buf_char(b, '0');
	else
		buf_seconds(b, ns, ns < NS_PER_S ? 3 : 1);
	buf_char(b, 's');
}

static void
write_ms(struct buf *b, const char *name, enum known known, uint64_t ns)
{
	buf_str(b, name);
	if (known == NOT_KNOWN) {
		buf_char(b, '-');
		return;
	}
	if (known == ESTIMATED)
		buf_char(b, '~');
	buf_go_ms(b, ns);
	buf_str(b, "ms");
}

/* What we add to the form of formats.md. */
static void
write_workers(struct buf *b, const struct poolview *v)
{
	write_named(b, " busy=", v->crew_known, v->busy);
	write_named(b, " blocked=", v->blocked_known, v->blocked);
	buf_str(b, " saturated=");
	poolline_write_count(b, v->full_known, poolline_saturation(v));
	if (v->full_known != NOT_KNOWN)
		buf_char(b, '%');
	write_seconds(b, " oldest=", v->oldest_known, v->oldest_ns);
	write_seconds(b, " longest=", v->longest_known, v->longest_ns);
	buf_str(b, " cpu=");
	poolline_write_count(b, v->times_known, v->period_ns == 0 ? 0 :
	    (v->cpu_ns * 100 + v->period_ns / 2) / v->period_ns);
	if (v->times_known != NOT_KNOWN)
		buf_char(b, '%');
	write_ms(b, " delay=", v->times_known, v->delay_ns);
	write_ms(b, " lockwait=", v->lockwait_known, v->lockwait_ns);
	write_times(b, " wakeup=", &v->wakeup);
}

void
poolline_write(struct buf *b, uint64_t ms, const struct poolview *v)
{
	buf_printf(b, "POOL %llums: ", (unsigned long long)ms);
	poolline_write_name(b, v->name, v->number);
	write_named(b, " workers=", v->workers_known, v->workers);
	write_named(b, " idle=", v->crew_known, v->idle);
	write_named(b, " runqueue=", v->queue_known, v->waiting);
	write_queues(b, v);
	write_rate(b, v);
	write_times(b, " wait=", &v->wait);
	write_times(b, " run=", &v->run);
	buf_printf(b, " via=%s", v->via);
	write_workers(b, v);
}
