/*
 * fuzz_main - a fuzz target without a fuzzer: runs it over the files that are
 * named, and over changed copies of each, always the same ones.
 */
#include <string.h>

#include "fuzz.h"

enum { INPUT_MAX = 1 << 16, COPIES = 2000, CHANGES = 6 };

static uint8_t input[INPUT_MAX];
static uint8_t copy[INPUT_MAX];

static uint32_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* Changes, takes out or doubles a few bytes; returns the new size. */
static size_t
change(uint8_t *data, size_t size, uint64_t *state)
{
	unsigned changes = 1 + next_random(state) % CHANGES;

	while (changes-- > 0 && size > 0) {
		size_t at = next_random(state) % size;
		size_t n = 1 + next_random(state) % 8;

		switch (next_random(state) % 3) {
		case 0:
			data[at] = (uint8_t)next_random(state);
			break;
		case 1:
			n = n < size - at ? n : size - at;
			memmove(data + at, data + at + n, size - at - n);
			size -= n;
			break;
		default:
			n = n < size - at ? n : size - at;
			if (size + n > INPUT_MAX)
				break;
			memmove(data + at + n, data + at, size - at);
			size += n;
		}
	}
	return size;
}

/* A slow target asks for fewer. */
static int
copies(void)
{
	const char *n = getenv("FUZZ_COPIES");

	return n == NULL ? COPIES : atoi(n);
}

static void
run(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint64_t state = 1;
	size_t size;

	must(f != NULL);
	size = fread(input, 1, sizeof(input), f);
	fclose(f);
	LLVMFuzzerTestOneInput(input, size);
	for (int i = 0; i < copies(); i++) {
		memcpy(copy, input, size);
		LLVMFuzzerTestOneInput(copy, change(copy, size, &state));
	}
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	printf("%d inputs, %d changed copies of each\n", argc - 1, copies());
	return argc > 1 ? 0 : 1;
}
