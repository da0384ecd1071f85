/*
 * optionshelp - the table of keys for people: DIAG=help and diag(7).
 */
#include <string.h>

#include "common/options/options.h"
#include "common/options/table.h"

/* Where the columns begin, and how wide the last may grow. */
enum { COL_VALUES = 17, COL_STANDARD = 38, COL_WHAT = 47, WIDTH = 79 };

static void
pad_to(struct buf *b, size_t column, size_t *at)
{
	for (; *at < column; ++*at)
		buf_char(b, ' ');
}

static void
put_cell(struct buf *b, const char *text, size_t column, size_t *at)
{
	pad_to(b, column, at);
	buf_str(b, text);
	*at += strlen(text);
}

/* The last column, word by word, with as many lines as it takes. */
static void
put_wrapped(struct buf *b, const char *text, size_t *at)
{
	bool first = true;

	pad_to(b, COL_WHAT, at);
	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (!first && *at + 1 + len > WIDTH) {
			buf_char(b, '\n');
			*at = 0;
			pad_to(b, COL_WHAT, at);
			first = true;
		}
		if (!first) {
			buf_char(b, ' ');
			++*at;
		}
		buf_bytes(b, text, len);
		*at += len;
		first = false;
		text += len + strspn(text + len, " ");
	}
	buf_char(b, '\n');
}

static void
put_row(struct buf *b, const char *key, const char *values,
    const char *standard, const char *what)
{
	size_t at = 0;

	put_cell(b, key, 2, &at);
	put_cell(b, values, COL_VALUES, &at);
	put_cell(b, standard, COL_STANDARD, &at);
	put_wrapped(b, what, &at);
}

void
options_help(struct buf *b)
{
	buf_str(b, "DIAG=key=value,key=value,...  "
	    "for example DIAG=gctrace=1,schedtrace=1000\n\n");
	put_row(b, "key", "values", "default", "what");
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];

		put_row(b, row->key, row->values, row->standard, row->what);
	}
	buf_str(b, "\nPeriods take ms s m (without a unit: ms), "
	    "sizes take k m g (1024).\n"
	    "The last duplicate wins; an item that is not understood is named "
	    "and skipped.\n"
	    "All lines that are printed are explained in diag(7).\n");
}

/* Text for man(7): what roff would take for its own is escaped. */
static void
put_roff(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			buf_str(b, "\\e");
		else if (*text == '-')
			buf_str(b, "\\-");
		else
			buf_char(b, *text);
	}
}

void
options_manual(struct buf *b)
{
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];

		buf_printf(b, ".TP\n.BI %s= \"", row->key);
		put_roff(b, row->values);
		buf_str(b, "\"\n");
		put_roff(b, row->what);
		buf_str(b, ".\nDefault: ");
		put_roff(b, row->standard);
		buf_str(b, ".\n");
	}
}
