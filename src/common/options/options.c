/*
 * options - the items of DIAG one by one, and what is said about a bad one.
 */
#include "common/options/options.h"

#include <string.h>

#include "common/options/nearest.h"
#include "common/options/table.h"
#include "common/options/value.h"

enum { QUOTED_MAX = 60, SENTENCE_MAX = 512 };

/* Some bytes of the variable. */
struct piece {
	const char *at;
	size_t len;
};

struct parser {
	struct options *opt;
	options_complain_fn complain;
	void *arg;
	struct piece item;	/* the one that is read now */
};

const struct options options_defaults = {
	.tapefrees = 1,
	.leaks = -1,
	.depth = 64,
	.maxsize = UINT64_MAX,
	.sample = 1,
	.leakscan = true,
	.children = true,
	.prefix = PREFIX_AUTO,
};

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct piece
trim(struct piece p)
{
	while (p.len > 0 && is_space(*p.at)) {
		p.at++;
		p.len--;
	}
	while (p.len > 0 && is_space(p.at[p.len - 1]))
		p.len--;
	return p;
}

/* What stands before the first @c of *@rest, which moves behind it. */
static struct piece
split(struct piece *rest, char c)
{
	const char *end = memchr(rest->at, c, rest->len);
	struct piece first = *rest;

	if (end == NULL) {
		rest->at += rest->len;
		rest->len = 0;
		return first;
	}
	first.len = (size_t)(end - rest->at);
	rest->at += first.len + 1;
	rest->len -= first.len + 1;
	return first;
}

/* Opens the sentence: DIAG item "...": */
static void
begin(struct buf *b, const struct piece *item)
{
	buf_str(b, "DIAG item \"");
	buf_clean(b, item->at, MIN(item->len, (size_t)QUOTED_MAX));
	buf_str(b, item->len > QUOTED_MAX ? "...\": " : "\": ");
}

static void
complain_about_key(const struct parser *p, const struct piece *key)
{
	struct nearest near = { .typed = key->at, .len = key->len };
	char text[SENTENCE_MAX];
	struct buf b = BUF(text);

	for (size_t i = 0; i < option_rows_count; i++)
		nearest_offer(&near, option_rows[i].key);
	nearest_offer(&near, "help");
	begin(&b, &p->item);
	if (near.name != NULL)
		buf_printf(&b, "unknown key (did you mean %s?)", near.name);
	else
		buf_str(&b, "unknown key (DIAG=help lists them)");
	p->complain(p->arg, buf_cstr(&b));
}

static const char *
reason_of(enum value_result result)
{
	switch (result) {
	case VALUE_MISSING:
		return "no value";
	case VALUE_UNIT:
		return "bad unit";
	case VALUE_RANGE:
		return "out of range";
	case VALUE_LONG:
		return "too long";
	case VALUE_UNCATCHABLE:
		return "this signal cannot be used";
	case VALUE_BAD:
	case VALUE_OK:
		break;
	}
	return "bad value";
}

/* What numbers of this kind may carry. */
static const char *
units_of(enum kind kind)
{
	switch (kind) {
	case KIND_PERIOD:
	case KIND_MEMSTATS:
		return "; units ms s m, without one: ms";
	case KIND_SIZE:
		return "; units k m g, without one: bytes";
	case KIND_LEVEL:
	case KIND_COUNT:
		return "; no unit";
	case KIND_BOOL:
	case KIND_PATH:
	case KIND_SIGNAL:
	case KIND_PREFIX:
		break;
	}
	return "";
}

static void
complain_about_value(const struct parser *p, const struct option_row *row,
    enum value_result result, const struct nearest *near)
{
	char text[SENTENCE_MAX];
	struct buf b = BUF(text);

	begin(&b, &p->item);
	/* "gctrace=1 schedtrace=1000" is no matter of units. */
	if (memchr(near->typed, '=', near->len) != NULL) {
		result = VALUE_BAD;
		buf_str(&b, "bad value (items are separated by commas; ");
	} else {
		buf_printf(&b, "%s (", reason_of(result));
	}
	if (near->name != NULL)
		buf_printf(&b, "did you mean %s? ", near->name);
	if (result == VALUE_LONG)
		buf_printf(&b, "%s takes a path of at most %d bytes)",
		    row->key, OPTION_PATH_MAX - 1);
	else
		buf_printf(&b, "%s takes %s%s)", row->key, row->values,
		    result == VALUE_UNIT ? units_of(row->kind) : "");
	p->complain(p->arg, buf_cstr(&b));
}

static bool
is_word(const struct piece *p, const char *word)
{
	return p->len == strlen(word) && memcmp(p->at, word, p->len) == 0;
}

/* Reads one item; white space around key and value does not count. */
static void
take_item(struct parser *p)
{
	struct piece rest = p->item;
	struct piece key = trim(split(&rest, '='));
	struct piece value = trim(rest);
	struct nearest near = { .typed = value.at, .len = value.len };
	const struct option_row *row;
	enum value_result result;

	if (is_word(&p->item, "help")) {
		p->opt->help = true;
		return;
	}
	row = table_find(key.at, key.len);
	if (row == NULL) {
		complain_about_key(p, &key);
		return;
	}
	result = value_store(p->opt, row, &near);
	if (result != VALUE_OK)
		complain_about_value(p, row, result, &near);
}

static void
ignore(void *arg, const char *sentence)
{
}

void
options_change(struct options *opt, const char *text,
    options_complain_fn complain, void *arg)
{
	struct parser p = {
		.opt = opt,
		.complain = complain == NULL ? ignore : complain,
		.arg = arg,
	};
	struct piece rest = { text, text == NULL ? 0 : strlen(text) };

	while (rest.len > 0) {
		p.item = trim(split(&rest, ','));
		/* A comma too many is no mistake worth a line. */
		if (p.item.len > 0)
			take_item(&p);
	}
	if (opt->minsize > opt->maxsize)
		p.complain(p.arg, "minsize is larger than maxsize: "
		    "no allocation is traced");
}

void
options_parse(struct options *opt, const char *text,
    options_complain_fn complain, void *arg)
{
	*opt = options_defaults;
	options_change(opt, text, complain, arg);
}

bool
options_any(const struct options *opt)
{
	return opt->gctrace != 0 || opt->schedtrace_ns != 0 ||
	    opt->allocfreetrace != 0 || opt->tape[0] != '\0' ||
	    opt->leaks > 0 || opt->memstats != MEMSTATS_OFF ||
	    opt->signal != 0 || opt->control;
}

/* A program's name as part of a path; it may be anything but a folder. */
static void
put_program(struct buf *b, const char *program)
{
	for (const char *s = program; *s != '\0'; s++)
		buf_char(b, *s == '/' ? '_' : *s);
}

void
options_expand_path(struct buf *b, const char *path, int pid,
    const char *program, uint64_t start_s)
{
	for (const char *s = path; *s != '\0'; s++) {
		char letter = s[0] == '%' ? s[1] : '\0';

		if (letter == 'p')
			buf_i64(b, pid);
		else if (letter == 'n')
			put_program(b, program == NULL ? "" : program);
		else if (letter == 't')
			buf_u64(b, start_s);
		else if (letter == '%')
			buf_char(b, '%');
		else
			buf_char(b, *s);
		if (letter != '\0' && strchr("pnt%", letter) != NULL)
			s++;
	}
}
