/*
 * varint - numbers in as few bytes as they need (LEB128), and signs folded in.
 *
 * Memory   the caller's; a varint takes at most 10 bytes.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_TAPE_VARINT_H
#define DIAG_TAPE_VARINT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/base/attrs.h"

#define VARINT_HIGH ((uint64_t)0x8080808080808080)

/* Writes @v at @to; returns where the next byte goes. */
IN_HOOK static ALWAYS_INLINE uint8_t *
varint_put(uint8_t *to, uint64_t v)
{
	while (v >= 0x80) {
		*to++ = (uint8_t)v | 0x80;
		v >>= 7;
	}
	*to++ = (uint8_t)v;
	return to;
}

/* How many bytes a number needs besides the first: up to three.  Compilers make
 * twice as many instructions of it. */
SIGNAL_SAFE static ALWAYS_INLINE unsigned
varint_bytes_more(uint32_t v)
{
	unsigned n = 0;

	__asm__("cmp $0x80, %1\n\tsbb $-1, %0\n\t"
	    "cmp $0x4000, %1\n\tsbb $-1, %0\n\t"
	    "cmp $0x200000, %1\n\tsbb $-1, %0"
	    : "+r"(n) : "r"(v) : "cc");
	return n;
}

/* The same for numbers of which nobody can guess how long they are: without a
 * branch up to 28 bits.  Four bytes are written in any case, zeros behind the
 * number. */
IN_HOOK static ALWAYS_INLINE uint8_t *
varint_put_some(uint8_t *to, uint64_t v)
{
	static const uint32_t more[] = { 0, 0x80, 0x8080, 0x808080 };
	uint32_t x = (uint32_t)v;
	unsigned n;

	if (unlikely(v >> 28 != 0))
		return varint_put(to, v);
	n = varint_bytes_more(x);
	x += (x & 0xfffc000) * 3;	/* two times 14 bits, in halves */
	x += x & 0x3f803f80;		/* four times 7, in bytes */
	x |= more[n];
	memcpy(to, &x, sizeof(x));
	return to + n + 1;
}

/* Moves *@at over @n numbers, 1 to 8; false when they do not end within eight
 * bytes that are there: then they are to be read one by one. */
SIGNAL_SAFE static ALWAYS_INLINE bool
varint_skip_some(const uint8_t **at, const uint8_t *end, unsigned n)
{
	uint64_t ends;

	if (unlikely((size_t)(end - *at) < sizeof(ends)))
		return false;
	memcpy(&ends, *at, sizeof(ends));
	ends = ~ends & VARINT_HIGH;
	while (--n > 0)
		ends &= ends - 1;
	if (ends == 0)
		return false;
	*at += (unsigned)__builtin_ctzll(ends) / 8 + 1;
	return true;
}

/* Reads at *@at, before @end, and moves *@at behind it; false when the bytes
 * end first or the number has more than 64 bits. */
SIGNAL_SAFE static ALWAYS_INLINE bool
varint_get(const uint8_t **at, const uint8_t *end, uint64_t *v)
{
	uint64_t value = 0;
	const uint8_t *p = *at;

	for (unsigned shift = 0; shift < 64 && p < end; shift += 7) {
		uint8_t byte = *p++;

		if (shift == 63 && byte > 1)
			return false;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*at = p;
			*v = value;
			return true;
		}
	}
	return false;
}

SIGNAL_SAFE static ALWAYS_INLINE uint64_t
zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

SIGNAL_SAFE static ALWAYS_INLINE int64_t
unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

#endif
