/*
 * fuzz_elf - any bytes as an ELF file: opened, asked, closed, nothing left.
 *
 * With clang -fsanitize=fuzzer this is a libFuzzer target; otherwise main()
 * below runs it over the files it is given, and over each of them with bytes
 * changed and ends cut (make check does that with tests/fuzz/seeds/elf).
 *
 * sources: src/common/base src/common/symbol
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/symbol/symbol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const struct symbol_file *f, uint64_t vaddr)
{
	uint64_t start;
	const char *name = symbol_find(f, vaddr, &start);

	if (name != NULL && (start > vaddr || strlen(name) > 1 << 20))
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	size_t held = mem_held();
	struct symbol_file *f;
	int err;

	if (fd < 0)
		fd = memfd_create("fuzz_elf", MFD_CLOEXEC);
	if (ftruncate(fd, 0) != 0 ||
	    pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	f = symbol_open(fd, &err);
	if (f == NULL)
		return mem_held() != held ? __builtin_trap(), 0 : 0;
	for (uint64_t at = 0; at < 0x4000; at += 13)
		ask(f, at);
	for (unsigned bit = 0; bit < 64; bit++)
		ask(f, UINT64_MAX >> bit);
	symbol_close(f);
	if (mem_held() != held)
		__builtin_trap();
	return 0;
}

#ifndef FUZZING
enum { FILE_MAX = 1 << 20, CHANGES = 400 };

/* Changes that mean something to ELF, at places drawn by a small generator. */
static void
run_changed(const uint8_t *data, size_t size)
{
	static const uint64_t values[] = { 0, 1, 0xff, 0x7fffffff, 0xffffffff,
		0x8000000000000000u, UINT64_MAX, 24, 63, 64 };
	uint8_t *copy = malloc(size + 8);
	uint64_t seed = size;

	for (unsigned i = 0; i < CHANGES; i++) {
		size_t at, n;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		at = (seed >> 33) % (i % 2 != 0 ? size : 64);
		n = (size_t)1 << (seed >> 62);
		memcpy(copy, data, size);
		memcpy(copy + at, &values[(seed >> 20) % 10], n);
		LLVMFuzzerTestOneInput(copy, size);
		LLVMFuzzerTestOneInput(data, at);
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

		if (f == NULL)
			return 1;
		n = fread(data, 1, sizeof(data), f);
		fclose(f);
		LLVMFuzzerTestOneInput(data, n);
		if (n > 64)
			run_changed(data, n);
	}
	return 0;
}
#endif
