/*
 * code - reading the bytes of calls, of the linker's stubs and of prologues.
 */
#include "shim/stack/code.h"

#include <stddef.h>
#include <string.h>

#include "shim/stack/bounds.h"
#include "shim/stack/rules.h"

enum { PROLOGUE_SIZE = 64 };

static bool
read_code(uintptr_t from, void *to, size_t n)
{
	if (from == 0 || from + n < from || !bounds_can_read(from) ||
	    !bounds_can_read(from + n - 1))
		return false;
	memcpy(to, (const void *)from, n);
	return true;
}

bool
code_ends_call(const uint8_t *end)
{
	if (end[-5] == 0xe8)
		return true;
	/* call *..., with a byte that says which operand, and 0 to 5 more */
	for (int i = 2; i <= 7; i++)
		if (end[-i] == 0xff && (end[-i + 1] & 0x38) == 0x10)
			return true;
	return false;
}

uintptr_t
code_call_target(const uint8_t *end, uint64_t to)
{
	int32_t distance;

	if (end[-5] != 0xe8)
		return 0;
	memcpy(&distance, end - 4, sizeof(distance));
	return to + (uintptr_t)(intptr_t)distance;
}

const uint8_t *
code_stub_jump(const uint8_t *at)
{
	static const uint8_t endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };

	if (memcmp(at, endbr, sizeof(endbr)) == 0)
		at += sizeof(endbr);
	at += *at == 0xf2; /* bnd */
	return at[0] == 0xff && at[1] == 0x25 ? at : NULL;
}

/* Where the linker's stub at @at goes; 0 when it is none. */
static uintptr_t
behind_stub(uintptr_t at)
{
	uint8_t code[CODE_STUB];
	const uint8_t *jump;
	uintptr_t to;
	int32_t slot;

	if (!read_code(at, code, sizeof(code)))
		return 0;
	jump = code_stub_jump(code);
	if (jump == NULL)
		return 0;
	memcpy(&slot, jump + 2, sizeof(slot));
	at += (uintptr_t)(jump - code) + 6 + (uintptr_t)(intptr_t)slot;
	return read_code(at, &to, sizeof(to)) ? to : 0;
}

enum code_call
code_call(uint64_t to, uintptr_t function)
{
	uint8_t code[CODE_BEFORE];
	uintptr_t target;

	if (!rules_is_after_call(to) ||
	    !read_code(to - sizeof(code), code, sizeof(code)))
		return CODE_CALLS_NOT;
	target = code_call_target(code + sizeof(code), to);
	if (target == 0)
		return CODE_CALLS_MAYBE;
	return target == function || behind_stub(target) == function ?
	    CODE_CALLS_IS : CODE_CALLS_NOT;
}

/* sub $n, %rsp with one byte or four, or add $-128, %rsp; 0 when there is none
 * at @p. */
static uint64_t
taken_at(const uint8_t *p)
{
	int32_t n;

	if (p[0] != 0x48)
		return 0;
	if (p[1] == 0x83 && p[2] == 0xc4)
		return p[3] == 0x80 ? 128 : 0;
	if (p[1] == 0x83 && p[2] == 0xec)
		return p[3] < 0x80 ? p[3] : 0;
	memcpy(&n, p + 3, sizeof(n));
	return p[1] == 0x81 && p[2] == 0xec && n > 0 ? (uint64_t)n : 0;
}

uint64_t
code_frame(uintptr_t function, uint64_t saved)
{
	uint8_t code[PROLOGUE_SIZE];
	uint64_t taken = 0;

	if (!read_code(function, code, sizeof(code)))
		return saved;
	for (unsigned i = 0; i + 7 <= sizeof(code) && taken == 0; i++)
		taken = taken_at(code + i);
	return saved + taken;
}
