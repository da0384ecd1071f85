/*
 * leak_random - a random graph of blocks, and what of it is lost by its own
 * account.
 *
 *	leak_random SEED
 *
 * Blocks are allocated, linked, moved and freed at random; at the end each word
 * of each block that is left is read, and the sums are printed in the order of
 * the summary: bytes and blocks lost, blocks that are direct, bytes and blocks
 * that are reachable.  The account holds addresses only in disguise.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
#define DISGUISE 0xa5a5a5a5a5a5a5a5ull

enum {
	BLOCKS = 3000,
	ROOTS = 24,
	STEPS = 40000,
	LARGEST = 20000,
};

struct block {
	uint64_t at;		/* disguised; 0: none */
	size_t size;
	uint8_t reached;
	unsigned low, found;	/* Tarjan's numbers */
	uint8_t waits;		/* on Tarjan's stack */
	unsigned circle;
};

static struct block block[BLOCKS];
static void *volatile root[ROOTS];
static void *volatile *mapped_root;
static uint64_t chance;
static unsigned stack[BLOCKS], n_stack, n_found, n_circles;
static uint8_t led_to[BLOCKS];

static uint64_t
draw(uint64_t below)
{
	chance = chance * 6364136223846793005u + 1442695040888963407u;
	return (chance >> 33) % below;
}

static void *
at(const struct block *b)
{
	return (void *)(uintptr_t)(b->at ^ DISGUISE);
}

/* Small sizes are more frequent than large ones. */
static size_t
some_size(void)
{
	return 1 + draw(draw(8) == 0 ? LARGEST : 300);
}

static NOINLINE void
make(struct block *b)
{
	size_t align = (size_t)16 << draw(6);

	b->size = some_size();
	switch (draw(4)) {
	case 0:
		b->at = (uintptr_t)calloc(1, b->size);
		break;
	case 1:
		b->size = (b->size + align - 1) / align * align;
		b->at = (uintptr_t)aligned_alloc(align, b->size);
		break;
	default:
		b->at = (uintptr_t)malloc(b->size);
	}
	if (b->at == 0)
		abort();
	b->at ^= DISGUISE;
}

static NOINLINE void
move(struct block *b)
{
	size_t size = some_size();
	void *p = realloc(at(b), size);

	if (p == NULL)
		abort();
	b->at = (uintptr_t)p ^ DISGUISE;
	b->size = size;
}

static NOINLINE void
end(struct block *b)
{
	free(at(b));
	b->at = 0;
}

/* A pointer to @to, or into it, in a word of @from. */
static NOINLINE void
join(struct block *from, const struct block *to)
{
	char *into = (char *)at(to) + (draw(3) == 0 ? draw(to->size) : 0);

	if (from->size >= sizeof(into))
		memcpy((char *)at(from) + draw(from->size / sizeof(into)) *
		    sizeof(into), &into, sizeof(into));
}

static NOINLINE void
change_root(const struct block *to)
{
	void *volatile *from = draw(2) == 0 ? root : mapped_root;

	from[draw(ROOTS)] = to->at == 0 || draw(3) == 0 ? NULL : at(to);
}

static NOINLINE void
step(void)
{
	struct block *b = &block[draw(BLOCKS)], *c = &block[draw(BLOCKS)];

	if (b->at == 0)
		make(b);
	else if (draw(4) == 0)
		end(b);
	else if (draw(8) == 0)
		move(b);
	else if (c->at != 0)
		join(b, c);
	if (draw(16) == 0)
		change_root(b);
}

/* The block in which the address lies, or NULL. */
static struct block *
find(uint64_t word)
{
	for (unsigned i = 0; i < BLOCKS; i++) {
		uint64_t first = block[i].at ^ DISGUISE;

		if (block[i].at != 0 && word >= first &&
		    word - first < block[i].size)
			return &block[i];
	}
	return NULL;
}

/* The next word of @b, from *@i on, that points to a block which is not
 * reached; NULL after the last one. */
static struct block *
next_of(const struct block *b, size_t *i)
{
	while (*i < b->size / sizeof(uint64_t)) {
		uint64_t word;
		struct block *to;

		memcpy(&word, (char *)at(b) + *i * sizeof(word), sizeof(word));
		++*i;
		to = word >> 32 == 0 ? NULL : find(word);
		if (to != NULL && !to->reached)
			return to;
	}
	return NULL;
}

static void
reach(struct block *b)
{
	size_t i = 0;
	struct block *to;

	if (b == NULL || b->reached)
		return;
	b->reached = 1;
	while ((to = next_of(b, &i)) != NULL)
		reach(to);
}

/* Tarjan: the circles among the lost blocks; a block alone is one, too. */
static void
connect(struct block *b)
{
	size_t i = 0;
	struct block *to;

	b->low = b->found = ++n_found;
	b->waits = 1;
	stack[n_stack++] = (unsigned)(b - block);
	while ((to = next_of(b, &i)) != NULL) {
		if (to->found == 0)
			connect(to);
		else if (!to->waits)
			continue;
		if (to->low < b->low)
			b->low = to->low;
	}
	if (b->low != b->found)
		return;
	do {
		to = &block[stack[--n_stack]];
		to->waits = 0;
		to->circle = n_circles;
	} while (to != b);
	n_circles++;
}

/* The circles that no other lost block points to. */
static unsigned
count_direct(void)
{
	unsigned direct = n_circles;

	for (struct block *b = block; b < block + BLOCKS; b++) {
		size_t i = 0;
		struct block *to;

		if (b->at == 0 || b->reached)
			continue;
		while ((to = next_of(b, &i)) != NULL) {
			if (to->circle == b->circle || led_to[to->circle])
				continue;
			led_to[to->circle] = 1;
			direct--;
		}
	}
	return direct;
}

static NOINLINE void
tell(void)
{
	size_t bytes[2] = { 0, 0 };
	unsigned blocks[2] = { 0, 0 };

	for (unsigned i = 0; i < ROOTS; i++) {
		reach(find((uintptr_t)root[i]));
		reach(find((uintptr_t)mapped_root[i]));
	}
	for (struct block *b = block; b < block + BLOCKS; b++) {
		if (b->at == 0)
			continue;
		bytes[b->reached] += b->size;
		blocks[b->reached]++;
		if (!b->reached && b->found == 0)
			connect(b);
	}
	dprintf(STDOUT_FILENO, "%zu %u %u %zu %u\n", bytes[0], blocks[0],
	    count_direct(), bytes[1], blocks[1]);
}

/* What calls left below the stack pointer is overwritten. */
static NOINLINE void
scrub(void)
{
	char room[64 * 1024];

	memset(room, 0, sizeof(room));
	__asm__ volatile("" :: "r"(room) : "memory");
}

int
main(int argc, char **argv)
{
	chance = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	mapped_root = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mapped_root == MAP_FAILED)
		return 2;
	for (unsigned i = 0; i < STEPS; i++)
		step();
	tell();
	scrub();
	return 0;
}
