/*
 * notice - sink_notice() and sink_say().
 */
#include "shim/sink/notice.h"

#include <stdarg.h>
#include <string.h>

#include "common/base/buf.h"
#include "shim/sink/sink.h"

enum { SENTENCE_MAX = 700, CAUSES_MAX = 64 };

static const char *causes[CAUSES_MAX];	/* atomic: taken once, for good */

/* True for the first who names @cause.  When the table is full, nobody is. */
static bool
is_first(const char *cause)
{
	for (int i = 0; i < CAUSES_MAX; i++) {
		const char *seen = NULL;

		if (__atomic_compare_exchange_n(&causes[i], &seen, cause,
		    false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return true;
		if (strcmp(seen, cause) == 0)
			return false;
	}
	return false;
}

static PRINTF_LIKE(1, 0) void
say(const char *fmt, va_list ap)
{
	char text[SENTENCE_MAX];
	struct buf b = BUF(text);

	b.cap--;	/* for the newline */
	buf_str(&b, "diag: ");
	buf_vprintf(&b, fmt, ap);
	if (b.cut)
		memcpy(b.data + b.len - 3, "...", 3);
	for (size_t i = 0; i < b.len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = '?';
	text[b.len] = '\n';
	sink_put_anyway(text, b.len + 1);
}

void
sink_notice(const char *cause, const char *fmt, ...)
{
	va_list ap;

	if (!is_first(cause))
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
sink_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}
