/*
 * heap_shapes - heaps of every shape, and the truth about them.
 *
 *	heap_shapes SHAPE [TRUTH]
 *
 * Ends with the shape still there.  With TRUTH, that file holds what the
 * kernel and the allocator itself say at the end, one "name value" a line;
 * the allocator's own numbers come from its mallctl(), which is there only
 * when one is preloaded.  TRUTH.json is then what it prints of itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

extern int mallctl(const char *name, void *old, size_t *oldlen, void *new_,
    size_t newlen) __attribute__((weak));
extern void malloc_stats_print(void (*write_cb)(void *, const char *),
    void *arg, const char *opts) __attribute__((weak));

enum { BLOCKS = 20000, THREADS = 64 };

static void *volatile block[BLOCKS];
static pthread_barrier_t met;

static void
fill(size_t size)
{
	for (int i = 0; i < BLOCKS; i++) {
		block[i] = malloc(size);
		if (block[i] != NULL)
			memset(block[i], 1, size);
	}
}

static void
drop(int step)
{
	for (int i = 0; i < BLOCKS; i += step) {
		free(block[i]);
		block[i] = NULL;
	}
}

/* Long enough for a periodic look, however busy the machine. */
static void
linger(void)
{
	const struct timespec ts = { .tv_nsec = 350000000 };

	nanosleep(&ts, NULL);
}

static void
purge(void)
{
	if (mallctl != NULL)
		mallctl("arena.4096.purge", NULL, NULL, NULL, 0);
}

static void
shape_cycles(void)
{
	for (int i = 0; i < 3; i++) {
		fill(2000);
		drop(1);
		purge();
		linger();
	}
}

static void
shape_growth(void)
{
	for (size_t size = 100; size <= 3200; size *= 2) {
		fill(size);
		linger();
	}
}

/* Half of the blocks are free, and no page is. */
static void
shape_fragments(void)
{
	fill(1000);
	drop(2);
}

static void
shape_untouched(void)
{
	block[0] = malloc((size_t)1 << 30);
}

static void
shape_large(void)
{
	for (int i = 0; i < 20; i++) {
		block[i] = malloc((size_t)3 << 20);
		if (block[i] != NULL)
			memset(block[i], 1, (size_t)3 << 20);
	}
}

/* The host's own mapping, which is nobody's heap. */
static void
shape_mapping(void)
{
	size_t n = (size_t)40 << 20;
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED)
		memset(p, 1, n);
}

static void *
hold_stack(void *arg)
{
	char room[200000];

	memset(room, 1, sizeof(room));
	__asm__ volatile("" : : "r"(room) : "memory");
	pthread_barrier_wait(&met);
	pause();
	return NULL;
}

static void *
hold_blocks(void *arg)
{
	int first = (int)(intptr_t)arg * (BLOCKS / THREADS);

	for (int i = 0; i < BLOCKS / THREADS; i++) {
		block[first + i] = malloc(3000);
		if (block[first + i] != NULL)
			memset(block[first + i], 1, 3000);
	}
	pthread_barrier_wait(&met);
	pause();
	return NULL;
}

static void
start_threads(void *(*routine)(void *))
{
	pthread_t t;

	pthread_barrier_init(&met, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&t, NULL, routine,
		    (void *)(intptr_t)i) != 0)
			exit(1);
	pthread_barrier_wait(&met);
}

static void
shape_stacks(void)
{
	start_threads(hold_stack);
}

static void
shape_arenas(void)
{
	start_threads(hold_blocks);
}

/* Exactly 10000 blocks more, of which 4000 stay. */
static void
shape_counted(void)
{
	for (int i = 0; i < 10000; i++)
		block[i] = malloc(64);
	for (int i = 0; i < 6000; i++)
		free(block[i]);
}

static void
shape_nothing(void)
{
}

/* In a namespace of its own the segment's number, which the kernel shows as
 * its inode, is 0. */
static void
shape_segment(void)
{
	const size_t size = (size_t)10 << 20;
	void *p;
	int id;

	(void)!unshare(CLONE_NEWIPC);	/* else any number will do */
	id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
	if (id < 0)
		exit(1);
	p = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	if (p == (void *)-1)
		exit(1);
	memset(p, 1, size);
}

static const struct {
	const char *name;
	void (*make)(void);
} shapes[] = {
	{ "arenas", shape_arenas },
	{ "counted", shape_counted },
	{ "cycles", shape_cycles },
	{ "fragments", shape_fragments },
	{ "growth", shape_growth },
	{ "large", shape_large },
	{ "mapping", shape_mapping },
	{ "nothing", shape_nothing },
	{ "segment", shape_segment },
	{ "stacks", shape_stacks },
	{ "untouched", shape_untouched },
};

static uint64_t
ask(const char *name)
{
	uint64_t v = 0;
	size_t n = sizeof(v);

	return mallctl != NULL && mallctl(name, &v, &n, NULL, 0) == 0 ? v : 0;
}

static uint64_t
status(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at == NULL ? 0 : strtoull(at + strlen(key), NULL, 10);
}

/* With system calls and a fixed buffer: what is told is not changed. */
static void
tell(const char *path)
{
	static char text[8192], line[8192];
	uint64_t epoch = 1;
	int fd = open("/proc/self/status", O_RDONLY), n;

	if (mallctl != NULL)
		mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch));
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		_exit(1);
	close(fd);
	n = snprintf(line, sizeof(line), "rss_kib %" PRIu64 "\n"
	    "npurge %" PRIu64 "\nnmadvise %" PRIu64 "\npages %" PRIu64 "\n"
	    "active %" PRIu64 "\nallocated %" PRIu64 "\ncached %" PRIu64 "\n",
	    status(text, "VmRSS:"),
	    ask("stats.arenas.4096.dirty_npurge"),
	    ask("stats.arenas.4096.dirty_nmadvise"),
	    ask("stats.arenas.4096.dirty_purged"),
	    ask("stats.active"), ask("stats.allocated"),
	    ask("stats.arenas.4096.tcache_bytes"));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, line, (size_t)n) != n)
		_exit(1);
	close(fd);
}

static void
print_part(void *arg, const char *text)
{
	size_t n = strlen(text);

	if (write(*(int *)arg, text, n) != (ssize_t)n)
		_exit(1);
}

static void
print_stats(const char *truth)
{
	static char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s.json", truth);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		_exit(1);
	if (malloc_stats_print != NULL)
		malloc_stats_print(print_part, &fd, "J");
	close(fd);
}

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(shapes) / sizeof(*shapes);
	    i++) {
		if (strcmp(argv[1], shapes[i].name) != 0)
			continue;
		shapes[i].make();
		if (argc > 2) {
			print_stats(argv[2]);
			tell(argv[2]);
		}
		return 0;
	}
	return 2;
}
