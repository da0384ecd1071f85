/*
 * logline - one line of a text log, taken apart.
 */
#include "tool/report/logline.h"

#include <string.h>

#include "common/base/attrs.h"
#include "tool/base/scan.h"

static bool
take_decimal(struct scan *r, uint64_t *value)
{
	const char *start = r->at;
	uint64_t v = 0;

	for (; scan_is_digit(r); r->at++) {
		uint64_t digit = (uint64_t)(*r->at - '0');

		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return r->at > start;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool
take_hex(struct scan *r, uint64_t *value)
{
	const char *start;

	if (!scan_take(r, "0x"))
		return false;
	*value = 0;
	for (start = r->at; r->at < r->end; r->at++) {
		int d = hex_digit(*r->at);

		if (d < 0)
			break;
		*value = *value << 4 | (uint64_t)d;
	}
	return r->at > start && r->at - start <= 16;
}

/* Seconds with decimals, as nanoseconds. */
static bool
take_seconds(struct scan *r, uint64_t *ns)
{
	uint64_t s, digit = NS_PER_S / 10;

	if (!take_decimal(r, &s) || s > UINT64_MAX / NS_PER_S - 1)
		return false;
	*ns = s * NS_PER_S;
	if (!scan_take(r, "."))
		return true;
	for (; scan_is_digit(r); r->at++) {
		*ns += (uint64_t)(*r->at - '0') * digit;
		digit /= 10;
	}
	return true;
}

/* Everything up to @stop, which is taken too. */
static bool
take_until(struct scan *r, char stop, struct logtext *out)
{
	const char *found = memchr(r->at, stop, scan_len(r));

	if (found == NULL)
		return false;
	*out = (struct logtext){ r->at, (size_t)(found - r->at) };
	r->at = found + 1;
	return true;
}

/* (0xADDR, 0xSIZE/0xUSABLE, ENTRY) @SECONDS thread TID "NAME" ... ; a thread's
 * name may hold a quote, so it ends at the last one. */
static bool
parse_event(struct scan *r, struct logline *out)
{
	uint64_t usable, tid, age;

	if (!take_hex(r, &out->addr) || !scan_take(r, ", ") ||
	    (!take_hex(r, &out->size) && !scan_take(r, "-")) ||
	    !scan_take(r, "/") ||
	    (!take_hex(r, &usable) && !scan_take(r, "-")) ||
	    !scan_take(r, ", ") ||
	    !take_until(r, ')', &out->entry) || !scan_take(r, " @") ||
	    !take_seconds(r, &out->ns) || !scan_take(r, " thread ") ||
	    !take_decimal(r, &tid) || !scan_take(r, " \""))
		return false;

	const char *quote = memrchr(r->at, '"', scan_len(r));

	if (quote == NULL || tid > UINT32_MAX)
		return false;
	out->tid = (uint32_t)tid;
	out->name = (struct logtext){ r->at, (size_t)(quote - r->at) };
	r->at = quote + 1;
	if (scan_take(r, " age=") && !scan_take(r, "-") &&
	    !take_seconds(r, &age))
		return false;
	if (scan_take(r, " stack ") && !take_decimal(r, &out->stack))
		return false;
	return scan_is_at_end(r);
}

/* NAME+0xOFFSET, and nothing after it. */
static bool
split_offset(struct scan r, struct logtext *name, uint64_t *offset)
{
	const char *plus = memrchr(r.at, '+', scan_len(&r));

	if (plus == NULL)
		return false;
	*name = (struct logtext){ r.at, (size_t)(plus - r.at) };
	r.at = plus + 1;
	return take_hex(&r, offset) && scan_is_at_end(&r);
}

/* Is all of it up to a blank at its end a function with its offset, or is it
 * empty? */
static bool
take_function(struct scan r, struct logtext *name)
{
	uint64_t offset;

	*name = (struct logtext){ r.at, 0 };
	if (scan_is_at_end(&r))
		return true;
	r.end--;
	return *r.end == ' ' && split_offset(r, name, &offset);
}

/* "\tfunction+0x34 (server+0x1234)", "\t(server+0x1234)".  Parentheses may be
 * in a file's name: the first one behind a function is ours. */
static bool
parse_frame(struct scan *r, struct logline *out)
{
	if (r->end == r->at || r->end[-1] != ')')
		return false;
	for (const char *at = r->at; at < r->end; at++) {
		struct scan front = { r->at, at };
		struct scan module = { at + 1, r->end - 1 };

		if (*at == '(' && take_function(front, &out->name))
			return split_offset(module, &out->module, &out->addr);
	}
	return false;
}

static void
set_frame(struct scan r, struct logline *out)
{
	if (scan_take(&r, "...")) {
		out->kind = LINE_CUT;
		return;
	}

	struct scan bare = r;

	if (take_hex(&bare, &out->addr) &&
	    (scan_is_at_end(&bare) || *bare.at == ' ')) {
		out->kind = LINE_FRAME; /* an address in no object */
		return;
	}
	/* The program prints lines that begin with a tab, too. */
	out->kind = parse_frame(&r, out) ? LINE_FRAME : LINE_OTHER;
}

/* module NAME PATH build-id HEX */
static bool
parse_module(struct scan *r, struct logline *out)
{
	static const char mark[] = " build-id ";
	size_t len = scan_len(r);
	const char *id = memmem(r->at, len, mark, strlen(mark));
	struct scan front = { r->at, id != NULL ? id : r->end };

	if (!take_until(&front, ' ', &out->name)) {
		out->name = (struct logtext){ front.at,
			scan_len(&front) };
		front.at = front.end;
	}
	out->module = (struct logtext){ front.at,
		scan_len(&front) };
	out->build_id = (struct logtext){ r->end, 0 };
	if (id != NULL) {
		id += strlen(mark);
		out->build_id = (struct logtext){ id, (size_t)(r->end - id) };
		if (out->build_id.len == 1 && *id == '-')
			out->build_id.len = 0;
	}
	return out->name.len > 0;
}

/* leaks: 5816 bytes in 12 blocks never freed, 3 stacks; 90 allocations, ... */
static bool
parse_leaks(struct scan *r, struct logline *out)
{
	uint64_t stacks;

	if (!take_decimal(r, &out->size) || !scan_take(r, " bytes in ") ||
	    !take_decimal(r, &out->blocks) || !scan_take(r, " block"))
		return false;
	scan_take(r, "s");
	if (!scan_take(r, " never freed"))
		return false;
	if (scan_take(r, ", ") && take_decimal(r, &stacks) &&
	    (scan_take(r, " stacks; ") || scan_take(r, " stack; ")))
		take_decimal(r, &out->allocs);
	return true;
}

/* 12 bytes in 1 block */
static bool
take_amount(struct scan *r, uint64_t to[2])
{
	if (!take_decimal(r, &to[0]) || !scan_take(r, " bytes in ") ||
	    !take_decimal(r, &to[1]) || !scan_take(r, " block"))
		return false;
	scan_take(r, "s");
	return true;
}

/* What follows is how much of the group is lost or not, if anything:
 * ", holding 12 bytes in 1 block", ", indirect", ", 12 bytes in 1 block
 * indirect", and the same with reachable, in this order. */
static bool
parse_verdict(struct scan *r, struct logline *out)
{
	uint64_t some[2] = { out->size, out->blocks };
	bool more = scan_take(r, ", ");

	if (more && scan_take(r, "holding ")) {
		if (!take_amount(r, out->held))
			return false;
		more = scan_take(r, ", ");
	}
	while (more) {
		bool all = scan_len(r) == 0 || *r->at < '0' || *r->at > '9';

		if (!all && (!take_amount(r, some) || !scan_take(r, " ")))
			return false;
		if (scan_take(r, "indirect"))
			memcpy(out->indirect, some, sizeof(some));
		else if (scan_take(r, "reachable"))
			memcpy(out->reach, some, sizeof(some));
		else
			return false;
		more = scan_take(r, ", ");
	}
	/* A part is not more than the whole. */
	return scan_is_at_end(r) && out->reach[0] <= out->size &&
	    out->reach[1] <= out->blocks &&
	    out->indirect[0] <= out->size - out->reach[0] &&
	    out->indirect[1] <= out->blocks - out->reach[1];
}

/* leak 1: 4096 bytes in 1 block, oldest @0.120s */
static bool
parse_leak(struct scan *r, struct logline *out)
{
	uint64_t all[2];

	if (!take_decimal(r, &out->stack) || !scan_take(r, ": ") ||
	    !take_amount(r, all))
		return false;
	out->size = all[0];
	out->blocks = all[1];
	return scan_take(r, ", oldest @") && take_seconds(r, &out->ns) &&
	    scan_take(r, "s") && parse_verdict(r, out);
}

/* lost: 4096 bytes in 1 block, 1 stack; direct: 4096 bytes in 1 block;
 * reachable: 12 bytes in 1 block; beside 2 running threads */
static bool
parse_lost(struct scan *r, struct logline *out)
{
	static const char mark[] = "; beside ";
	const char *beside;

	out->entry = (struct logtext){ r->at, 0 };
	if (scan_take(r, "- ("))
		return take_until(r, ')', &out->entry) && scan_is_at_end(r);
	if (!take_decimal(r, &out->size) || !scan_take(r, " bytes in ") ||
	    !take_decimal(r, &out->blocks) || !scan_take(r, " block"))
		return false;
	beside = memmem(r->at, scan_len(r), mark, strlen(mark));
	if (beside == NULL)
		return true;
	r->at = beside + strlen(mark);
	return take_decimal(r, &out->beside);
}

static bool
parse_nothing(struct scan *r, struct logline *out)
{
	return scan_is_at_end(r);
}

/* leaks: child 4242 begins */
static bool
parse_child(struct scan *r, struct logline *out)
{
	uint64_t pid;

	if (!take_decimal(r, &pid) || pid > INT32_MAX ||
	    !scan_take(r, " begins"))
		return false;
	out->child = (uint32_t)pid;
	return scan_is_at_end(r);
}

static bool
parse_stack(struct scan *r, struct logline *out)
{
	return take_decimal(r, &out->stack) && scan_take(r, ":") &&
	    scan_is_at_end(r);
}

/* gc 7 @2.104s ... */
static bool
parse_gc(struct scan *r, struct logline *out)
{
	uint64_t n;

	return take_decimal(r, &n) && scan_take(r, " @") &&
	    take_seconds(r, &out->ns) && scan_take(r, "s ");
}

/* SCHED 2005ms: ..., POOL 2005ms: ... */
static bool
parse_period(struct scan *r, struct logline *out)
{
	uint64_t ms;

	return take_decimal(r, &ms) && scan_take(r, "ms: ");
}

static bool
holds(const struct scan *r, const char *word)
{
	return memmem(r->at, scan_len(r), word, strlen(word)) != NULL;
}

/* # diag.MemStats, # Alloc = 4096, # RSS 4.4 MB = live 0.7 + ..., # RSS - */
static bool
parse_stats(struct scan *r, struct logline *out)
{
	if (scan_take(r, "diag.MemStats") || scan_take(r, "RSS -"))
		return scan_is_at_end(r);
	return holds(r, " = ");
}

/* T4242 "worker-3": state=S ...; T* x12 "worker": state=S ...; T ... 3 more */
static bool
parse_thread(struct scan *r, struct logline *out)
{
	uint64_t n;

	if (scan_take(r, " ... "))
		return take_decimal(r, &n) && scan_take(r, " more");
	scan_take(r, "* x");
	return take_decimal(r, &n) && scan_take(r, " \"") &&
	    holds(r, "\": state=");
}

/* M 0x55d0c8 mutex held by T4242 ... waiters=2 ...; M ... 7 waiters of other
 * locks */
static bool
parse_lock(struct scan *r, struct logline *out)
{
	return holds(r, " waiters=") ||
	    (scan_take(r, "... ") && holds(r, " waiters of other locks"));
}

/* arena 0: threads=1 ... */
static bool
parse_arena(struct scan *r, struct logline *out)
{
	uint64_t n;

	return take_decimal(r, &n) && scan_take(r, ": threads=");
}

/* How a line of ours begins, and who reads on.  A line of the program may
 * begin so too: then it is not ours, except where the beginning is too
 * particular for chance. */
static const struct {
	const char *begin;
	enum logline_kind kind, otherwise;
	bool (*parse)(struct scan *r, struct logline *out);
} forms[] = {
	{ "tracealloc(", LINE_ALLOC, LINE_BROKEN, parse_event },
	{ "tracefree(", LINE_FREE, LINE_BROKEN, parse_event },
	{ "stack ", LINE_STACK, LINE_OTHER, parse_stack },
	{ "module ", LINE_MODULE, LINE_OTHER, parse_module },
	{ "leaks: another program comes next", LINE_NEXT, LINE_OTHER,
	    parse_nothing },
	{ "leaks: the program goes on", LINE_GOES_ON, LINE_OTHER,
	    parse_nothing },
	{ "leaks: nothing was allocated", LINE_NOTHING, LINE_OTHER,
	    parse_nothing },
	{ "leaks: child ", LINE_CHILD, LINE_OTHER, parse_child },
	{ "leaks: ", LINE_LEAKS, LINE_OTHER, parse_leaks },
	{ "leak ", LINE_LEAK, LINE_OTHER, parse_leak },
	{ "lost: ", LINE_LOST, LINE_OTHER, parse_lost },
	{ "gc ", LINE_PERIOD, LINE_OTHER, parse_gc },
	{ "SCHED ", LINE_PERIOD, LINE_OTHER, parse_period },
	{ "POOL ", LINE_PERIOD, LINE_OTHER, parse_period },
	{ "  T", LINE_DETAIL, LINE_OTHER, parse_thread },
	{ "  M ", LINE_DETAIL, LINE_OTHER, parse_lock },
	{ "  arena ", LINE_DETAIL, LINE_OTHER, parse_arena },
	{ "# ", LINE_STATS, LINE_OTHER, parse_stats },
};

static void
set_known(struct scan r, struct logline *out)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct scan after = r;

		if (!scan_take(&after, forms[i].begin))
			continue;
		out->kind = forms[i].parse(&after, out) ? forms[i].kind :
		    forms[i].otherwise;
		return;
	}
}

static void
take_prefix(struct scan *r, struct logline *out)
{
	struct scan p = *r;
	uint64_t pid;

	if (!scan_take(&p, "diag[") || !take_decimal(&p, &pid) ||
	    !scan_take(&p, "]") || pid > UINT32_MAX)
		return;
	if (!scan_take(&p, " ") && !scan_is_at_end(&p))
		return;
	out->pid = (uint32_t)pid;
	*r = p;
}

void
logline_parse(const char *line, size_t len, struct logline *out)
{
	struct scan r = { line, line + len };

	*out = (struct logline){ .kind = LINE_OTHER };
	take_prefix(&r, out);
	out->text = (struct logtext){ r.at, scan_len(&r) };
	if (scan_is_at_end(&r))
		out->kind = LINE_BLANK;
	else if (scan_take(&r, "\t") || scan_take(&r, "#011"))
		set_frame(r, out);
	else if (scan_take(&r, "diag: "))
		out->kind = LINE_NOTICE;
	else
		set_known(r, out);
}
