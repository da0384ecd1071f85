/*
 * logline - one line of a text log, taken apart.
 */
#include "tool/report/logline.h"

#include <string.h>

#include "common/base/attrs.h"

/* What is left of the line. */
struct rest {
	const char *at, *end;
};

static bool
take(struct rest *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
		return false;
	r->at += len;
	return true;
}

static bool
take_decimal(struct rest *r, uint64_t *value)
{
	const char *start = r->at;
	uint64_t v = 0;

	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
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
take_hex(struct rest *r, uint64_t *value)
{
	const char *start;

	if (!take(r, "0x"))
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
take_seconds(struct rest *r, uint64_t *ns)
{
	uint64_t s, digit = NS_PER_S / 10;

	if (!take_decimal(r, &s) || s > UINT64_MAX / NS_PER_S - 1)
		return false;
	*ns = s * NS_PER_S;
	if (!take(r, "."))
		return true;
	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
		*ns += (uint64_t)(*r->at - '0') * digit;
		digit /= 10;
	}
	return true;
}

/* Everything up to @stop, which is taken too. */
static bool
take_until(struct rest *r, char stop, struct logtext *out)
{
	const char *found = memchr(r->at, stop, (size_t)(r->end - r->at));

	if (found == NULL)
		return false;
	*out = (struct logtext){ r->at, (size_t)(found - r->at) };
	r->at = found + 1;
	return true;
}

static bool
is_at_end(const struct rest *r)
{
	return r->at == r->end;
}

/* (0xADDR, 0xSIZE/0xUSABLE, ENTRY) @SECONDS thread TID "NAME" ... ; a thread's
 * name may hold a quote, so it ends at the last one. */
static bool
parse_event(struct rest *r, struct logline *out)
{
	uint64_t usable, tid, age;

	if (!take_hex(r, &out->addr) || !take(r, ", ") ||
	    (!take_hex(r, &out->size) && !take(r, "-")) || !take(r, "/") ||
	    (!take_hex(r, &usable) && !take(r, "-")) || !take(r, ", ") ||
	    !take_until(r, ')', &out->entry) || !take(r, " @") ||
	    !take_seconds(r, &out->ns) || !take(r, " thread ") ||
	    !take_decimal(r, &tid) || !take(r, " \""))
		return false;

	const char *quote = memrchr(r->at, '"', (size_t)(r->end - r->at));

	if (quote == NULL || tid > UINT32_MAX)
		return false;
	out->tid = (uint32_t)tid;
	out->name = (struct logtext){ r->at, (size_t)(quote - r->at) };
	r->at = quote + 1;
	if (take(r, " age=") && !take(r, "-") && !take_seconds(r, &age))
		return false;
	if (take(r, " stack ") && !take_decimal(r, &out->stack))
		return false;
	return is_at_end(r);
}

static void
set_event(struct rest r, struct logline *out, enum logline_kind kind)
{
	out->kind = parse_event(&r, out) ? kind : LINE_BROKEN;
}

/* NAME+0xOFFSET, and nothing after it. */
static bool
split_offset(struct rest r, struct logtext *name, uint64_t *offset)
{
	const char *plus = memrchr(r.at, '+', (size_t)(r.end - r.at));

	if (plus == NULL)
		return false;
	*name = (struct logtext){ r.at, (size_t)(plus - r.at) };
	r.at = plus + 1;
	return take_hex(&r, offset) && is_at_end(&r);
}

/* "\tfunction+0x34 (server+0x1234)", "\t(server+0x1234)", "\t...". */
static bool
parse_frame(struct rest *r, struct logline *out)
{
	const char *paren = memrchr(r->at, '(', (size_t)(r->end - r->at));

	if (r->end == r->at || r->end[-1] != ')' || paren == NULL)
		return false;

	struct rest module = { paren + 1, r->end - 1 };
	struct rest name = { r->at, paren > r->at ? paren - 1 : paren };
	uint64_t offset;

	if (!split_offset(module, &out->module, &out->addr))
		return false;
	out->name = (struct logtext){ r->at, 0 };
	return is_at_end(&name) || (*name.end == ' ' &&
	    split_offset(name, &out->name, &offset));
}

static void
set_frame(struct rest r, struct logline *out)
{
	if (take(&r, "...")) {
		out->kind = LINE_CUT;
		return;
	}

	struct rest bare = r;

	if (take_hex(&bare, &out->addr) &&
	    (is_at_end(&bare) || *bare.at == ' ')) {
		out->kind = LINE_FRAME; /* an address in no object */
		return;
	}
	/* The program prints lines that begin with a tab, too. */
	out->kind = parse_frame(&r, out) ? LINE_FRAME : LINE_OTHER;
}

/* module NAME PATH build-id HEX */
static bool
parse_module(struct rest *r, struct logline *out)
{
	static const char mark[] = " build-id ";
	size_t len = (size_t)(r->end - r->at);
	const char *id = memmem(r->at, len, mark, strlen(mark));
	struct rest front = { r->at, id != NULL ? id : r->end };

	if (!take_until(&front, ' ', &out->name)) {
		out->name = (struct logtext){ front.at,
			(size_t)(front.end - front.at) };
		front.at = front.end;
	}
	out->module = (struct logtext){ front.at,
		(size_t)(front.end - front.at) };
	out->build_id = (struct logtext){ r->end, 0 };
	if (id != NULL) {
		id += strlen(mark);
		out->build_id = (struct logtext){ id, (size_t)(r->end - id) };
		if (out->build_id.len == 1 && *id == '-')
			out->build_id.len = 0;
	}
	return out->name.len > 0;
}

/* leaks: 5816 bytes in 12 blocks never freed, ... */
static bool
parse_leaks(struct rest *r, struct logline *out)
{
	return take_decimal(r, &out->size) && take(r, " bytes in ") &&
	    take_decimal(r, &out->blocks) && take(r, " block");
}

/* leak 1: 4096 bytes in 1 block, oldest @0.120s */
static bool
parse_leak(struct rest *r, struct logline *out)
{
	if (!take_decimal(r, &out->stack) || !take(r, ": ") ||
	    !take_decimal(r, &out->size) || !take(r, " bytes in ") ||
	    !take_decimal(r, &out->blocks) || !take(r, " block"))
		return false;
	take(r, "s");
	return take(r, ", oldest @") && take_seconds(r, &out->ns);
}

static bool
parse_stack(struct rest *r, struct logline *out)
{
	return take_decimal(r, &out->stack) && take(r, ":") && is_at_end(r);
}

/* gc 7 @2.104s ..., SCHED 2005ms: ...: the text is for others to read. */
static bool
parse_gc(struct rest *r, struct logline *out)
{
	uint64_t n;

	return take_decimal(r, &n) && take(r, " @") &&
	    take_seconds(r, &out->ns) && take(r, "s ");
}

static bool
parse_sched(struct rest *r, struct logline *out)
{
	uint64_t ms;

	if (!take_decimal(r, &ms) || !take(r, "ms: "))
		return false;
	out->ns = ms * NS_PER_MS;
	return true;
}

/* How a line of ours begins, and who reads on.  A line of the program may
 * begin so too: then it is not ours, except where the beginning is too
 * particular for chance. */
static const struct {
	const char *begin;
	enum logline_kind kind, otherwise;
	bool (*parse)(struct rest *r, struct logline *out);
} forms[] = {
	{ "tracealloc(", LINE_ALLOC, LINE_BROKEN, parse_event },
	{ "tracefree(", LINE_FREE, LINE_BROKEN, parse_event },
	{ "stack ", LINE_STACK, LINE_OTHER, parse_stack },
	{ "module ", LINE_MODULE, LINE_OTHER, parse_module },
	{ "leaks: ", LINE_LEAKS, LINE_OTHER, parse_leaks },
	{ "leak ", LINE_LEAK, LINE_OTHER, parse_leak },
	{ "gc ", LINE_GC, LINE_OTHER, parse_gc },
	{ "SCHED ", LINE_SCHED, LINE_OTHER, parse_sched },
};

static bool
set_known(struct rest r, struct logline *out)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct rest after = r;

		if (!take(&after, forms[i].begin))
			continue;
		out->kind = forms[i].parse(&after, out) ? forms[i].kind :
		    forms[i].otherwise;
		return true;
	}
	return false;
}

/* The program's text may stand before an event, without a newline. */
static void
set_hidden_event(struct rest r, struct logline *out)
{
	size_t len = (size_t)(r.end - r.at);
	const char *found = memmem(r.at, len, "tracealloc(0x", 13);
	enum logline_kind kind = LINE_ALLOC;

	if (found == NULL) {
		found = memmem(r.at, len, "tracefree(0x", 12);
		kind = LINE_FREE;
	}
	if (found == NULL)
		return;
	r.at = found + (kind == LINE_ALLOC ? 11 : 10);
	set_event(r, out, kind);
}

static void
take_prefix(struct rest *r, struct logline *out)
{
	struct rest p = *r;
	uint64_t pid;

	if (!take(&p, "diag[") || !take_decimal(&p, &pid) || !take(&p, "]") ||
	    pid > UINT32_MAX)
		return;
	if (!take(&p, " ") && !is_at_end(&p))
		return;
	out->pid = (uint32_t)pid;
	*r = p;
}

void
logline_parse(const char *line, size_t len, struct logline *out)
{
	struct rest r = { line, line + len };

	*out = (struct logline){ .kind = LINE_OTHER };
	take_prefix(&r, out);
	out->text = (struct logtext){ r.at, (size_t)(r.end - r.at) };
	if (is_at_end(&r))
		out->kind = LINE_BLANK;
	else if (take(&r, "\t"))
		set_frame(r, out);
	else if (take(&r, "diag: "))
		out->kind = LINE_NOTICE;
	else if (!set_known(r, out))
		set_hidden_event(r, out);
}
