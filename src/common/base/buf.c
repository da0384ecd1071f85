/*
 * buf - text built in the caller's memory: bytes, numbers, quantities.
 *
 * buf_printf() is in bufprint.c, text of the host's in bufclean.c.
 */
#include "common/base/buf.h"

#include <string.h>

enum { U64_DIGITS = 20 };

void
buf_bytes(struct buf *b, const void *p, size_t n)
{
	size_t room = b->cap - b->len;

	if (n > room) {
		n = room;
		b->cut = true;
	}
	if (n == 0)
		return;
	memcpy(b->data + b->len, p, n);
	b->len += n;
}

void
buf_str(struct buf *b, const char *s)
{
	if (s == NULL)
		s = "(null)";
	buf_bytes(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_bytes(b, &c, 1);
}

/* Writes the digits of @v at the end of @to; returns how many. */
static size_t
digits_of(uint64_t v, unsigned base, char to[static 64])
{
	size_t n = 0;

	do {
		to[63 - n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v != 0);
	return n;
}

/* The digits of @v, with zeros in front up to @width. */
static void
put_digits(struct buf *b, uint64_t v, unsigned base, unsigned width)
{
	char digits[64];
	size_t n = digits_of(v, base, digits);

	for (size_t i = n; i < width; i++)
		buf_char(b, '0');
	buf_bytes(b, digits + 64 - n, n);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	put_digits(b, v, 10, 1);
}

void
buf_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_char(b, '-');
	buf_u64(b, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void
buf_hex(struct buf *b, uint64_t v, unsigned width)
{
	put_digits(b, v, 16, width);
}

void
buf_fixed(struct buf *b, uint64_t v, unsigned digits)
{
	uint64_t unit = 1;

	/* 10^19 is the largest power in 64 bits. */
	if (digits > U64_DIGITS - 1)
		digits = U64_DIGITS - 1;
	for (unsigned i = 0; i < digits; i++)
		unit *= 10;
	buf_u64(b, v / unit);
	if (digits == 0)
		return;
	buf_char(b, '.');
	put_digits(b, v % unit, 10, digits);
}

void
buf_seconds(struct buf *b, uint64_t ns, unsigned digits)
{
	if (digits > 9)
		digits = 9;
	for (unsigned i = digits; i < 9; i++)
		ns /= 10;
	buf_fixed(b, ns, digits);
}

void
buf_go_ms(struct buf *b, uint64_t ns)
{
	uint64_t v = ns / NS_PER_US;
	unsigned decimals = 3;

	if (ns >= 10 * NS_PER_MS) {
		buf_u64(b, ns / NS_PER_MS);
		return;
	}
	if (v == 0) {
		buf_char(b, '0');
		return;
	}
	while (v >= 100) {
		v /= 10;
		decimals--;
	}
	buf_fixed(b, v, decimals);
}

void
buf_mb(struct buf *b, uint64_t bytes)
{
	uint64_t whole = bytes / MIB;
	uint64_t tenths = (bytes % MIB * 10 + MIB / 2) / MIB;

	if (bytes == 0) {
		buf_char(b, '0');
		return;
	}
	if (whole * 10 + tenths >= 100 || whole >= 10) {
		buf_u64(b, whole + (bytes % MIB >= MIB / 2));
		return;
	}
	buf_fixed(b, whole * 10 + tenths, 1);
}

const char *
buf_cstr(struct buf *b)
{
	if (b->cap == 0)
		return "";
	if (b->len == b->cap) {
		b->len--;
		b->cut = true;
	}
	b->data[b->len] = '\0';
	return b->data;
}
