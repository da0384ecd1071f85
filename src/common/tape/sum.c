/*
 * sum - the sums in a tape: diag-tape(5).
 *
 * Four lanes, so that a processor multiplies four words at once.  A step is one
 * to one in the word and in the lane, so a single changed word always shows.
 */
#include <stddef.h>
#include <string.h>

#include "common/base/attrs.h"
#include "common/tape/tape.h"

enum { LANES = 4 };

static const uint64_t FACTOR = 0x9e3779b97f4a7c15u;

struct sum {
	uint64_t lane[LANES];
};

static ALWAYS_INLINE void
step(uint64_t *lane, uint64_t word)
{
	*lane = (*lane ^ word) * FACTOR;
	*lane ^= *lane >> 32;
}

/* Adds @words words at @p; their number is a multiple of LANES. */
static void
add_words(struct sum *s, const void *p, size_t words)
{
	const uint8_t *at = p;
	uint64_t lane[LANES], word[LANES];

	memcpy(lane, s->lane, sizeof(lane));
	for (size_t i = 0; i < words; i += LANES, at += sizeof(word)) {
		memcpy(word, at, sizeof(word));
		for (unsigned k = 0; k < LANES; k++)
			step(&lane[k], word[k]);
	}
	memcpy(s->lane, lane, sizeof(lane));
}

static uint64_t
end_sum(const struct sum *s)
{
	uint64_t sum = 0;

	for (unsigned k = 0; k < LANES; k++)
		step(&sum, s->lane[k]);
	return sum == 0 ? 1 : sum;
}

uint64_t
tape_chunk_sum(const struct tape_chunk *c)
{
	struct tape_chunk head = *c;
	struct sum s = { { 0 } };

	head.sum = 0;
	add_words(&s, &head, sizeof(head) / sizeof(uint64_t));
	add_words(&s, c + 1, (c->size - sizeof(head)) / sizeof(uint64_t));
	return end_sum(&s);
}

static bool
is_over(const struct tape_header *h)
{
	return h->state == TAPE_ENDED || h->state == TAPE_STOPPED_USER ||
	    h->state == TAPE_EXEC;
}

uint64_t
tape_header_sum(const struct tape_header *h)
{
	union {
		struct tape_header header;
		uint64_t word[(sizeof(struct tape_header) / sizeof(uint64_t) +
		    LANES - 1) / LANES * LANES];
	} copy = { .word = { 0 } };
	struct sum s = { { 0 } };

	copy.header = *h;
	copy.header.sum = copy.header.lost = 0;
	if (!is_over(h)) {
		copy.header.last_stamp = copy.header.last_ns = 0;
		copy.header.end = 0;
		copy.header.error = 0;
		copy.header.state = 0;
	}
	add_words(&s, copy.word, ARRAY_LEN(copy.word));
	return end_sum(&s);
}
