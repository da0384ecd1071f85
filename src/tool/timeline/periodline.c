/*
 * periodline - one SCHED, POOL or gc line, taken apart.
 */
#include "tool/timeline/periodline.h"

#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/scan.h"

/* Digits, and more behind a point. */
static bool
take_number(struct scan *r, double *out)
{
	double v = 0, scale = 1;
	const char *start = r->at;

	for (; scan_is_digit(r); r->at++)
		v = v * 10 + (*r->at - '0');
	if (r->at == start || r->at - start > 18)
		return false;
	if (r->at + 1 < r->end && *r->at == '.' && r->at[1] >= '0' &&
	    r->at[1] <= '9')
		for (r->at++; scan_is_digit(r); r->at++)
			v += (*r->at - '0') * (scale /= 10);
	*out = v;
	return true;
}

/* "12", "~12" or "-". */
static bool
take_figure(struct scan *r, struct figure *out)
{
	double v;

	*out = (struct figure){ .estimated = scan_take(r, "~") };
	if (scan_take(r, "-"))
		return true;
	if (!take_number(r, &v))
		return false;
	out->value = (float)v;
	out->known = true;
	return true;
}

/* How many milliseconds a unit of time has; 1 for other units, 0 for none. */
static float
take_unit(struct scan *r)
{
	static const struct {
		const char *word;
		float scale;
	} units[] = {
		{ "ms", 1 }, { "us", 1e-3f }, { "ns", 1e-6f }, { "s", 1e3f },
		{ "m", 6e4f }, { "h", 3.6e6f }, { "%", 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (scan_take(r, units[i].word))
			return units[i].scale;
	return 0;
}

static unsigned
forget(struct figure *figures, unsigned n)
{
	while (n > 0)
		figures[--n] = (struct figure){ 0 };
	return 0;
}

/* "1.2/8.4/31ms": the unit stands behind the last part that has it, and the
 * mark of an estimate before the first. */
static void
set_parts(struct scan r, struct figure *to, unsigned most)
{
	float scale[3] = { 0 };
	unsigned n = 0;

	for (; n < most && n < 3; n++) {
		if (n > 0 && !scan_take(&r, "/"))
			break;
		if (!take_figure(&r, &to[n]))
			break;
		scale[n] = take_unit(&r);
		to[n].estimated |= to[0].estimated;
	}
	scan_take(&r, "/s");
	if (r.at != r.end)
		n = forget(to, n); /* a form that we do not know */
	for (float unit = 1; n-- > 0;) {
		unit = scale[n] > 0 ? scale[n] : unit;
		to[n].value *= unit;
	}
}

struct key {
	const char *word;
	unsigned first, parts;
};

static const struct key sched_keys[] = {
	{ "procs", SCHED_PROCS, 1 }, { "idleprocs", SCHED_IDLEPROCS, 1 },
	{ "threads", SCHED_THREADS, 1 },
	{ "spinningthreads", SCHED_SPINNING, 1 },
	{ "idlethreads", SCHED_IDLE, 1 }, { "runqueue", SCHED_QUEUE, 1 },
	{ "cpu", SCHED_CPU, 1 }, { "delay", SCHED_DELAY, 1 },
	{ "lockwait", SCHED_LOCKWAIT, 1 }, { "psi", SCHED_PSI, 1 },
	{ "throttled", SCHED_THROTTLED, 1 }, { NULL, 0, 0 }
};

static const struct key pool_keys[] = {
	{ "workers", POOL_WORKERS, 1 }, { "idle", POOL_IDLE, 1 },
	{ "busy", POOL_BUSY, 1 }, { "blocked", POOL_BLOCKED, 1 },
	{ "runqueue", POOL_QUEUE, 1 }, { "rate", POOL_RATE, 1 },
	{ "saturated", POOL_SATURATED, 1 }, { "delay", POOL_DELAY, 1 },
	{ "cpu", POOL_CPU, 1 }, { "lockwait", POOL_LOCKWAIT, 1 },
	{ "oldest", POOL_OLDEST, 1 }, { "longest", POOL_LONGEST, 1 },
	{ "wait", POOL_WAIT, 3 },
	{ "run", POOL_RUN, 3 }, { "wakeup", POOL_WAKEUP, 3 },
	{ NULL, 0, 0 }
};

/* A word, or what stands in brackets. */
static bool
take_word(struct scan *r, struct scan *word)
{
	const char *end;

	while (scan_take(r, " "))
		;
	if (r->at == r->end)
		return false;
	end = memchr(r->at, *r->at == '[' ? ']' : ' ',
	    scan_len(r));
	*word = (struct scan){ r->at, end != NULL ? end : r->end };
	r->at = word->end;
	if (end != NULL && *end == ']')
		r->at++;
	return true;
}

/* "[0 1 0 3]", "[~0 1]", "[128 cpus, 4 waiting]", without the last bracket:
 * all of them, or the number before "waiting". */
static void
set_queues(struct scan r, struct figure *to)
{
	double n, sum = 0;

	if (!scan_take(&r, "["))
		return;
	to->estimated = scan_take(&r, "~");
	while (r.at < r.end) {
		if (!take_number(&r, &n)) {
			if (scan_take(&r, "cpus"))
				sum = 0;
			else
				r.at++;
			continue;
		}
		sum += n;
		to->known = true;
	}
	to->value = (float)sum;
}

static void
set_key(struct scan word, const struct key *keys, struct periodline *out)
{
	const char *equals = memchr(word.at, '=',
	    scan_len(&word));

	if (equals == NULL)
		return;

	size_t len = (size_t)(equals - word.at);

	word.at = equals + 1;
	for (; keys->word != NULL; keys++)
		if (strlen(keys->word) == len &&
		    memcmp(keys->word, equals - len, len) == 0) {
			set_parts(word, &out->f[keys->first], keys->parts);
			return;
		}
}

static bool
parse_sched(struct scan r, struct periodline *out)
{
	struct scan word;

	out->kind = PERIOD_SCHED;
	while (take_word(&r, &word)) {
		if (*word.at == '[')
			set_queues(word, &out->f[SCHED_RUNNABLE]);
		else
			set_key(word, sched_keys, out);
	}
	return out->f[SCHED_THREADS].known;
}

/* A line counts the blocked among the busy; here the busy are those that are
 * neither idle nor blocked. */
static void
complete_states(struct figure *f)
{
	float blocked = f[POOL_BLOCKED].known ? f[POOL_BLOCKED].value : 0;
	float left = f[POOL_WORKERS].value - f[POOL_IDLE].value - blocked;

	if (!f[POOL_WORKERS].known || !f[POOL_IDLE].known)
		return;
	f[POOL_BUSY].known = true;
	f[POOL_BUSY].estimated |= f[POOL_IDLE].estimated;
	f[POOL_BUSY].value = MAX(left, 0);
}

static bool
parse_pool(struct scan r, struct periodline *out)
{
	struct scan more = r, word;
	double n;

	if (take_number(&more, &n) && scan_take(&more, " more") &&
	    more.at == more.end) {
		out->kind = PERIOD_MORE;
		return true;
	}
	if (!take_word(&r, &word))
		return false;
	out->name = (struct periodtext){ word.at,
		scan_len(&word) };
	scan_take(&r, " ");
	if (!scan_take(&r, "workers=")) {
		out->kind = PERIOD_VERDICT;
		out->words = (struct periodtext){ r.at,
			scan_len(&r) };
		/* Or what is left of a damaged line. */
		return scan_take(&r, "saturated ");
	}
	r.at -= strlen("workers=");
	out->kind = PERIOD_POOL;
	while (take_word(&r, &word)) {
		struct scan via = word;

		if (scan_take(&via, "via="))
			out->via = (struct periodtext){ via.at,
				scan_len(&via) };
		else
			set_key(word, pool_keys, out);
	}
	complete_states(out->f);
	return true;
}

static bool
take_three(struct scan *r, const char *between, struct figure *to)
{
	return take_figure(r, &to[0]) && scan_take(r, between) &&
	    take_figure(r, &to[1]) && scan_take(r, between) &&
	    take_figure(r, &to[2]);
}

/* "... 4 arenas (exit)" */
static void
set_reason(struct scan r, struct figure *to)
{
	static const char reason[] = "(exit)";
	size_t len = strlen(reason);

	to->known = scan_len(&r) >= len &&
	    memcmp(r.end - len, reason, len) == 0;
}

/* "-" and "->" begin alike: a figure that is not known stands before a
 * blank, a slash or the arrow. */
static bool
parse_gc(struct scan r, struct periodline *out)
{
	struct figure *f = out->f;
	double number, at_s;

	if (!take_number(&r, &number) || !scan_take(&r, " @") ||
	    !take_number(&r, &at_s) || !scan_take(&r, "s "))
		return false;
	out->kind = PERIOD_GC;
	out->ms = at_s * 1e3;
	set_reason(r, &f[GC_AT_EXIT]);
	return take_figure(&r, &f[GC_CPU_SHARE]) && scan_take(&r, "%: ") &&
	    take_three(&r, "+", &f[GC_MAP_MS]) &&
	    scan_take(&r, " ms clock, ") &&
	    take_three(&r, "/", &f[GC_APP_MS]) && scan_take(&r, " ms cpu, ") &&
	    take_three(&r, "->", &f[GC_BEFORE]) && scan_take(&r, " MB, ") &&
	    take_figure(&r, &f[GC_GOAL]) && scan_take(&r, " MB goal, ") &&
	    take_figure(&r, &f[GC_STACKS]) && scan_take(&r, " MB stacks");
}

bool
periodline_parse(const char *line, size_t len, struct periodline *out)
{
	struct scan r = { line, line + len };
	bool good = false, is_sched;

	*out = (struct periodline){ .kind = PERIOD_OTHER };
	if (scan_take(&r, "gc ")) {
		good = parse_gc(r, out);
	} else if ((is_sched = scan_take(&r, "SCHED ")) ||
	    scan_take(&r, "POOL ")) {
		good = take_number(&r, &out->ms) && scan_take(&r, "ms: ") &&
		    (is_sched ? parse_sched(r, out) : parse_pool(r, out));
	}
	if (!good)
		out->kind = PERIOD_OTHER;
	return good;
}
