/*
 * fuzz_names - symbol tables hold whatever somebody wrote into them.
 *
 * sources: src/common/base src/shim/names/cxxname.c src/shim/names/rustname.c
 * sources: src/shim/names/rustpath.c
 */
#include <string.h>

#include "common/base/buf.h"
#include "fuzz.h"
#include "shim/names/cxxname.h"
#include "shim/names/rustname.h"

/* What a reader leaves alone it writes nothing of; what it writes is one line,
 * and in the buffer. */
static void
try_one(bool (*write)(struct buf *, const char *, size_t), const char *text,
    size_t room)
{
	char out[64];
	struct buf b = BUF(out);
	bool wrote = write(&b, text, room);

	must(wrote ? b.len > 0 || b.cut : b.len == 0);
	must(b.len <= sizeof(out));
	for (size_t i = 0; i < b.len; i++)
		must((unsigned char)out[i] >= ' ' && out[i] != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[1 << 16];

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t room = 1; room <= 64; room *= 8) {
		try_one(rustname_write, text, room);
		try_one(cxxname_write, text, room);
		try_one(cxxname_write_lambda, text, room);
	}
	rustname_is_library(text);
	return 0;
}
