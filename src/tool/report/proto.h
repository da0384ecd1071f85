/*
 * proto - protocol buffers, as far as profile.proto needs them.
 *
 * Memory   owned until proto_drop().
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_PROTO_H
#define DIAG_REPORT_PROTO_H

#include <stddef.h>
#include <stdint.h>

struct proto {
	uint8_t *data;
	size_t len, cap;
};

/* Field number @field with a number; 0 is the default and left out. */
void proto_number(struct proto *p, unsigned field, uint64_t value);
/* The same with @len bytes. */
void proto_bytes(struct proto *p, unsigned field, const void *data,
    size_t len);
/* A message within: its bytes, which are emptied. */
void proto_message(struct proto *p, unsigned field, struct proto *inner);
/* Repeated numbers in one field. */
void proto_packed(struct proto *p, unsigned field, const uint64_t *values,
    size_t n);
void proto_drop(struct proto *p);

#endif
