/*
 * replay - a fuzz target without a fuzzer: seeds, and damage done to them.
 *
 *	fuzz_NAME [-n RUNS]	each seed, then RUNS damaged copies of each
 *	fuzz_NAME -s FOLDER	writes the seeds there, for libFuzzer
 *	fuzz_NAME FILE...	these inputs (a fuzzer's findings)
 *
 * The damage is drawn from a fixed number: each run is the same.
 */
#include "tests/fuzz/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 20 };

static uint64_t state = 88172645463325252u;
static uint8_t seed[ROOM];

static uint64_t
draw(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below == 0 ? 0 : state % below;
}

/* Changes a few bytes, cuts, or puts in numbers that break readers. */
static size_t
damage(uint8_t *data, size_t size)
{
	static const uint64_t bad[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fffffff,
	    0x80000000, 0xffffffff, 0x7fffffffffffffff, UINT64_MAX };
	uint64_t times = 1 + draw(8);

	if (draw(4) == 0)
		size = 1 + draw(size);
	while (times-- > 0) {
		size_t at = draw(size);
		size_t n = (size_t)1 << draw(4);

		if (draw(2) == 0)
			data[at] = (uint8_t)draw(256);
		else if (at + n <= size)
			memcpy(data + at, &bad[draw(10)], n);
	}
	return size;
}

/* The input lies at the end of a block, so that a sanitizer sees the first
 * byte behind it. */
static void
run(const uint8_t *from, size_t size, int spoil)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	size_t n = size;

	if (copy == NULL)
		exit(99);
	memcpy(copy, from, size);
	if (spoil)
		n = damage(copy, size);
	if (n < size)
		copy = realloc(copy, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int
write_seeds(const char *folder)
{
	size_t size;

	for (unsigned n = 0; (size = fuzz_seed(n, seed, ROOM)) > 0; n++) {
		char path[4096];
		FILE *f;

		snprintf(path, sizeof(path), "%s/seed-%u", folder, n);
		f = fopen(path, "w");
		if (f == NULL || fwrite(seed, 1, size, f) != size)
			return 1;
		fclose(f);
	}
	return 0;
}

static int
replay_file(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t size;

	if (f == NULL)
		return 1;
	size = fread(seed, 1, ROOM, f);
	fclose(f);
	run(seed, size, 0);
	return 0;
}

static int
replay_seeds(unsigned long runs)
{
	unsigned long done = 0;
	size_t size;

	run(seed, 0, 0);
	for (unsigned n = 0; (size = fuzz_seed(n, seed, ROOM)) > 0; n++) {
		run(seed, size, 0);
		for (unsigned long i = 0; i < runs; i++)
			run(seed, size, 1);
		done += runs + 1;
	}
	printf("%lu inputs\n", done);
	return done == 0;
}

int
main(int argc, char **argv)
{
	int failed = 0;

	if (argc == 3 && strcmp(argv[1], "-s") == 0)
		return write_seeds(argv[2]);
	if (argc == 1)
		return replay_seeds(3000);
	if (argc == 3 && strcmp(argv[1], "-n") == 0)
		return replay_seeds(strtoul(argv[2], NULL, 10));
	for (int i = 1; i < argc; i++)
		failed |= replay_file(argv[i]);
	return failed;
}
