/*
 * buf - text built in the caller's memory.
 *
 * A struct buf never writes past its end: what does not fit is cut and @cut
 * says so.  buf_printf() is our own small printf: it does not allocate, does
 * not know locales, and may run in a hook or in a signal handler.
 *
 * Memory   the caller's.
 * Threads  a buf has one owner.
 * Fork     nothing to do.
 */
#ifndef DIAG_BASE_BUF_H
#define DIAG_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

struct buf {
	char *data;
	size_t len;	/* bytes in use, without a final NUL */
	size_t cap;	/* bytes there are */
	bool cut;	/* something did not fit */
};

/* A buf over the char array @array. */
#define BUF(array) ((struct buf){ .data = (array), .cap = sizeof(array) })

SIGNAL_SAFE void buf_bytes(struct buf *b, const void *p, size_t n);
SIGNAL_SAFE void buf_str(struct buf *b, const char *s);
SIGNAL_SAFE void buf_char(struct buf *b, char c);
SIGNAL_SAFE void buf_u64(struct buf *b, uint64_t v);
SIGNAL_SAFE void buf_i64(struct buf *b, int64_t v);
/* Lower case, no 0x, no leading zeros; @width pads with zeros. */
SIGNAL_SAFE void buf_hex(struct buf *b, uint64_t v, unsigned width);
/* @v / 10^@digits with exactly @digits decimals: buf_fixed(b, 2104, 3) is
 * "2.104". */
SIGNAL_SAFE void buf_fixed(struct buf *b, uint64_t v, unsigned digits);
/* Nanoseconds as seconds with @digits decimals, truncated: "2.104". */
SIGNAL_SAFE void buf_seconds(struct buf *b, uint64_t ns, unsigned digits);
/* Nanoseconds as milliseconds the way Go prints them: 0 below 1 us, whole
 * from 10 ms on, else two significant digits and at most three decimals. */
SIGNAL_SAFE void buf_go_ms(struct buf *b, uint64_t ns);
/* Bytes as megabytes (2^20): whole, with one decimal below 10 MB; no unit. */
SIGNAL_SAFE void buf_mb(struct buf *b, uint64_t bytes);
/* Text of the host's (names, paths): control characters and bytes that are
 * not printable ASCII or valid UTF-8 become \xNN, so a line stays a line. */
SIGNAL_SAFE void buf_clean(struct buf *b, const char *s, size_t max);

/* Knows %s %c %d %u %x %p %% with l, ll, z, j, and width/zero padding/'-' and
 * %.*s; no floating point. */
SIGNAL_SAFE void buf_printf(struct buf *b, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
SIGNAL_SAFE void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
    PRINTF_LIKE(2, 0);

/* Ends the text with a NUL (inside the capacity) and returns it. */
SIGNAL_SAFE const char *buf_cstr(struct buf *b);

#endif
