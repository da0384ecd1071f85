/*
 * reader - bytes taken one after the other, never past an end.
 *
 * A read past the end gives zero and makes the reader bad for good, so that
 * callers test once, after a group of reads.
 *
 * Memory   the caller's.
 * Threads  a reader has one owner.
 * Fork     nothing to do.
 */
#ifndef DIAG_STACK_READER_H
#define DIAG_STACK_READER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/base/attrs.h"

struct reader {
	const uint8_t *at, *end;
	bool bad;
};

SIGNAL_SAFE static inline uint64_t
reader_bytes(struct reader *r, unsigned n)
{
	uint64_t v = 0;

	if (r->bad || (uintptr_t)(r->end - r->at) < n) {
		r->bad = true;
		return 0;
	}
	memcpy(&v, r->at, n);
	r->at += n;
	return v;
}

SIGNAL_SAFE static inline uint8_t
reader_u8(struct reader *r)
{
	return (uint8_t)reader_bytes(r, 1);
}

SIGNAL_SAFE static inline void
reader_skip(struct reader *r, uint64_t n)
{
	if (r->bad || (uint64_t)(r->end - r->at) < n)
		r->bad = true;
	else
		r->at += n;
}

SIGNAL_SAFE static inline uint64_t
reader_uleb(struct reader *r)
{
	uint64_t v = 0;
	uint8_t byte = 0x80;

	for (unsigned shift = 0; (byte & 0x80) != 0 && !r->bad; shift += 7) {
		byte = reader_u8(r);
		if (shift < 64)
			v |= (uint64_t)(byte & 0x7f) << shift;
	}
	return v;
}

SIGNAL_SAFE static inline int64_t
reader_sleb(struct reader *r)
{
	uint64_t v = 0;
	uint8_t byte = 0x80;
	unsigned shift = 0;

	for (; (byte & 0x80) != 0 && !r->bad; shift += 7) {
		byte = reader_u8(r);
		if (shift < 64)
			v |= (uint64_t)(byte & 0x7f) << shift;
	}
	if (shift < 64 && (byte & 0x40) != 0)
		v |= ~(uint64_t)0 << shift;
	return (int64_t)v;
}

#endif
