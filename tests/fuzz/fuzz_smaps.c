/*
 * fuzz_smaps - any bytes as smaps, as cgroup and as cpu.max.
 *
 * With clang -fsanitize=fuzzer this is a libFuzzer target; otherwise main()
 * below runs it over the files it is given, and over each of them with bytes
 * changed and ends cut (make check does that with tests/fuzz/seeds/smaps).
 *
 * sources: src/common/base src/shim/proc/smaps.c src/shim/proc/cpus.c
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/proc/cpus.h"
#include "shim/proc/smaps.h"
#include "shim/ticker/ticker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

bool
ticker_is_me(void)
{
	return false;
}

static void
see(void *arg, const struct smaps_vma *v)
{
	if (v->end < v->start ||
	    strnlen(v->name, SMAPS_NAME_MAX) == SMAPS_NAME_MAX)
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64], *text = malloc(size + 1);
	struct smaps s;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t piece = 1; piece <= 4096; piece *= 64) {
		smaps_begin(&s, see, NULL);
		for (size_t at = 0; at < size; at += piece)
			smaps_feed(&s, text + at, MIN(piece, size - at));
		smaps_end(&s);
	}
	cpus_parse_cgroup(text, path, sizeof(path));
	if (strnlen(path, sizeof(path)) == sizeof(path))
		__builtin_trap();
	cpus_parse_max(text);
	free(text);
	return 0;
}

#ifndef FUZZING
enum { FILE_MAX = 1 << 16, CHANGES = 2000 };

static void
run_changed(const uint8_t *data, size_t size)
{
	static const char signs[] = "0fF -:\n\xff" "rK";
	uint8_t *copy = malloc(size + 1);
	uint64_t seed = size;

	for (unsigned i = 0; copy != NULL && i < CHANGES; i++) {
		memcpy(copy, data, size);
		for (unsigned k = 0; k <= i % 5; k++) {
			seed = seed * 6364136223846793005u +
			    1442695040888963407u;
			copy[(seed >> 33) % size] =
			    (uint8_t)signs[(seed >> 20) % sizeof(signs)];
		}
		LLVMFuzzerTestOneInput(copy, size);
		LLVMFuzzerTestOneInput(data, (seed >> 33) % size);
	}
	free(copy);
}

int
main(int argc, char **argv)
{
	static uint8_t data[FILE_MAX];

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		size_t n;

		if (f == NULL) {
			perror(argv[i]);
			return 1;
		}
		n = fread(data, 1, sizeof(data), f);
		fclose(f);
		LLVMFuzzerTestOneInput(data, n);
		if (n != 0)
			run_changed(data, n);
	}
	return 0;
}
#endif
