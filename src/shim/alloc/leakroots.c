/*
 * leakroots - the memory in which a pointer to a block counts.
 *
 * The kernel's list of mappings is read by a helper that has descriptors of
 * its own, and so is the list of pages that were never touched: stacks and
 * reservations are mostly such.  Both are asked of as the thread's, which has
 * memory even when the first thread of the process has ended.  A page that the
 * program itself fetches when it is touched (userfaultfd) may never come at its
 * end: where there can be such, nothing is read.
 */
#include "shim/alloc/leakroots.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/sys.h"
#include "shim/alloc/leakkernel.h"
#include "shim/alloc/leakscan.h"
#include "shim/alloc/leakthreads.h"
#include "shim/proc/smaps.h"
#include "shim/state/state.h"
#include "shim/ticker/opener.h"

enum {
	PAGE = 4096,
	ROOTS_MAX = 1 << 18,
	EARLY_MAX = 8192,
	PIECE = 2048,		/* pages asked of at once: 16 KiB of answer */
	WHOLE = 16 * PAGE,	/* of what is smaller no page is asked */
	THREADS_IN = 64 << 20,	/* no stack is larger */
};

/* The page is there, or in swap. */
#define PAGE_THERE ((uint64_t)3 << 62)

extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

struct root {
	uint64_t start, end;
	uint64_t mapping;	/* where its mapping begins */
	bool anonymous;		/* private, of no file */
};

struct roots {
	struct leakscan *scan;
	struct leakthreads threads;
	struct leakkernel kernel;
	struct root *root;
	size_t n;
	bool cut, read;
	bool by_user;		/* to read some of it could be to wait */
	int pagemap, mem;
	uint64_t heap_end;	/* of the last stretch of it in use */
	uint64_t stack;		/* of the calling thread: in use from here */
};

/* Blocks from before blocks are followed; 0: it ended. */
static struct {
	_Atomic uintptr_t at;
	size_t n;
} early[EARLY_MAX];
static _Atomic uint32_t early_count;
static _Atomic bool early_cut;

static bool
is_between(const struct smaps_vma *v, uint64_t from, uint64_t to)
{
	return v->start < to && v->end > from;
}

/* Our own memory holds addresses of blocks that nobody could use. */
static bool
is_ours(const struct smaps_vma *v)
{
	return is_between(v, WINDOW_BASE, WINDOW_BASE + WINDOW_SIZE) ||
	    is_between(v, MEM_BASE, MEM_BASE + MEM_SIZE);
}

/* Shared memory counts; shared files are data. */
static bool
is_shared_file(const struct smaps_vma *v)
{
	static const char *const memory[] = {
		"/dev/zero", "/memfd:", "/dev/shm/", "/SYSV"
	};

	for (size_t i = 0; i < ARRAY_LEN(memory); i++)
		if (strncmp(v->name, memory[i], strlen(memory[i])) == 0)
			return false;
	return v->shared && v->inode != 0;
}

static void
add(struct roots *r, uint64_t start, uint64_t end, const struct smaps_vma *v)
{
	if (r->n == ROOTS_MAX)
		r->cut = true;
	else
		r->root[r->n++] = (struct root){
		    start, end, v->start, v->inode == 0 && !v->shared,
		};
}

/* The pages of the heap from where the last stretch of it ended up to @start
 * were not touched. */
static void
add_hole(struct roots *r, uint64_t start, uint64_t end,
    const struct smaps_vma *v)
{
	struct leakscan *s = r->scan;
	uint64_t from = MAX(r->heap_end, v->start);

	if (start > from + WHOLE && s->holes < LEAKSCAN_HOLES)
		s->hole[s->holes++] = (struct leakscan_hole){ from, start };
	r->heap_end = end;
}

/* Calls @see_stretch for each stretch of pages of @v that were ever touched. */
static bool
each_touched(struct roots *r, const struct smaps_vma *v,
    void (*see_stretch)(struct roots *r, uint64_t start, uint64_t end,
    const struct smaps_vma *v))
{
	uint64_t page[PIECE], from = 0, end = v->end / PAGE;

	for (uint64_t at = v->start / PAGE; at < end; at += PIECE) {
		size_t n = MIN(end - at, (uint64_t)PIECE);

		if (sys_pread(r->pagemap, page, n * sizeof(*page),
		    (off_t)(at * sizeof(*page))) !=
		    (ssize_t)(n * sizeof(*page)))
			return false;
		for (size_t i = 0; i < n; i++) {
			bool there = (page[i] & PAGE_THERE) != 0;

			if (there && from == 0)
				from = at + i;
			if (there || from == 0)
				continue;
			see_stretch(r, MAX(from * PAGE, v->start),
			    (at + i) * PAGE, v);
			from = 0;
		}
	}
	if (from != 0)
		see_stretch(r, MAX(from * PAGE, v->start), end * PAGE, v);
	return true;
}

/* Of large blocks, the pages that hold nothing are not read. */
static void
see_heap(struct roots *r, const struct smaps_vma *v)
{
	size_t before = r->scan->holes;

	if (!each_touched(r, v, add_hole)) {
		r->scan->holes = before;
		r->heap_end = v->end;
	}
	add_hole(r, v->end, v->end, v);
}

static bool
is_first_stack(const struct smaps_vma *v)
{
	return strncmp(v->name, "[stack", 6) == 0;
}

/* Is it the stack that the calling thread was given, and not one that the host
 * made for a coroutine or for signals? */
static bool
is_own_stack(const struct roots *r, const struct smaps_vma *v)
{
	uint64_t self = r->threads.self, first;

	return r->stack >= v->start && r->stack < v->end &&
	    (is_first_stack(v) || (self > r->stack && self < v->end &&
	    leakthreads_stack(self, &first) <= r->stack));
}

static bool
is_root(const struct smaps_vma *v)
{
	bool anonymous = v->inode == 0 && !v->shared;

	return v->readable && (v->writable || anonymous) && !is_ours(v) &&
	    !is_shared_file(v) && strncmp(v->name, "[v", 2) != 0;
}

/* Private memory of no file that the program has written, and then protected
 * against itself.  Guards and reservations were never touched. */
static bool
is_closed(const struct smaps_vma *v)
{
	return !v->readable && v->inode == 0 && !v->shared && !v->by_user &&
	    !is_ours(v) && v->anonymous + v->swap > 0;
}

static void
see_closed(struct roots *r, uint64_t start, uint64_t end,
    const struct smaps_vma *v)
{
	(void)v;
	leakkernel_see_closed(&r->kernel, r->mem, start, end);
}

/* Adds what of @v lies between @start and @end. */
static void
see_part(struct roots *r, const struct smaps_vma *v, uint64_t start,
    uint64_t end)
{
	struct smaps_vma part = *v;
	size_t before = r->n;

	part.start = MAX(v->start, start);
	part.end = MIN(v->end, end);
	if (part.start >= part.end)
		return;
	if (v->inode == 0 && !v->shared && r->pagemap >= 0 &&
	    part.end - part.start > WHOLE && each_touched(r, &part, add))
		return;
	r->n = before;
	add(r, part.start, part.end, &part);
}

/* The kernel makes one mapping of neighbours that are alike: the host's memory
 * may lie at our data, and below a stack. */
static void
see(void *arg, const struct smaps_vma *v)
{
	struct roots *r = arg;
	uint64_t ours = (uintptr_t)__ehdr_start, end = (uintptr_t)_end;
	uint64_t low = 0, from, first;

	r->by_user |= v->by_user;
	if (r->scan->hole != NULL && r->pagemap >= 0 &&
	    v->start >= WINDOW_BASE && v->end <= WINDOW_BASE + WINDOW_SIZE)
		see_heap(r, v);
	if (is_closed(v) && r->pagemap >= 0 && r->mem >= 0)
		each_touched(r, v, see_closed);
	if (!is_root(v))
		return;
	if (is_own_stack(r, v)) {
		see_part(r, v, 0, leakthreads_stack(r->threads.self, &first));
		low = r->stack & ~(uint64_t)7;
	}
	see_part(r, v, low, ours);
	from = (end + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	see_part(r, v, MAX(low, from), UINT64_MAX);
}

static void
read_maps(void *arg)
{
	struct roots *r = arg;

	r->pagemap = sys_open("/proc/thread-self/pagemap",
	    O_RDONLY | O_CLOEXEC, 0);
	r->mem = sys_open("/proc/thread-self/mem", O_RDONLY | O_CLOEXEC, 0);
	r->read = smaps_read("/proc/thread-self/smaps", see, r) == 0;
	if (!r->read && r->n == 0)
		r->read = smaps_read("/proc/thread-self/maps", see, r) == 0;
	if (r->pagemap >= 0)
		sys_close(r->pagemap);
	if (r->mem >= 0)
		sys_close(r->mem);
	leakkernel_see_process(&r->kernel);
}

static void
read_root(struct leakscan *s, const struct roots *r, const struct root *root,
    size_t *gap)
{
	uint64_t at = root->start;

	const struct leakgap *g = r->threads.gap;

	while (*gap < r->threads.n && g[*gap].end <= at)
		(*gap)++;
	for (size_t i = *gap; i < r->threads.n && g[i].start < root->end; i++) {
		leakscan_read(s, at, MIN(root->end, g[i].start));
		at = MAX(at, g[i].end);
	}
	leakscan_read(s, at, root->end);
}

void
leakroots_note(const void *p, size_t n)
{
	uint32_t i = atomic_load_explicit(&early_count, memory_order_relaxed);

	if (i < EARLY_MAX)
		i = atomic_fetch_add(&early_count, 1);
	else
		atomic_store(&early_cut, true);
	if (i >= EARLY_MAX)
		return;
	early[i].n = n;
	atomic_store_explicit(&early[i].at, (uintptr_t)p,
	    memory_order_release);
}

void
leakroots_forget(const void *p)
{
	uint32_t n = MIN(atomic_load(&early_count), (uint32_t)EARLY_MAX);

	for (uint32_t i = n; i-- > 0;) {
		uintptr_t at = (uintptr_t)p;

		if (atomic_compare_exchange_strong(&early[i].at, &at, 0))
			return;
	}
}

/* One that was freed since may have become a block that is followed. */
static void
read_early(struct leakscan *s)
{
	uint32_t n = MIN(atomic_load(&early_count), (uint32_t)EARLY_MAX);

	for (uint32_t i = 0; i < n; i++) {
		uintptr_t at = atomic_load_explicit(&early[i].at,
		    memory_order_acquire);

		if (at != 0 && !leakscan_has(s, (const void *)at))
			leakscan_read(s, at, at + early[i].n);
	}
}

/* Stacks are private memory of no file, and none is so large. */
static bool
may_have_threads(const struct root *root)
{
	return root->anonymous && root->end - root->start <= THREADS_IN;
}

static void
read_all(struct leakscan *s, struct roots *r)
{
	struct leakthreads *t = &r->threads;
	size_t gap = 0;

	for (size_t i = 0; i < r->n && leakthreads_are_known(t); i++)
		if (may_have_threads(&r->root[i]))
			leakthreads_find(t, r->root[i].start, r->root[i].end,
			    r->root[i].mapping);
	s->first_ended = t->first_end != 0;
	for (size_t i = 0; i < r->n; i++)
		if (t->first_end > r->root[i].start &&
		    t->first_end <= r->root[i].end)
			leakthreads_leave_out(t, r->root[i].mapping,
			    t->first_end);
	for (size_t i = 0; i < r->n; i++)
		read_root(s, r, &r->root[i], &gap);
	leakscan_read(s, (uintptr_t)r->kernel.word,
	    (uintptr_t)(r->kernel.word + r->kernel.n));
	read_early(s);
}

static bool
find_roots(struct roots *r)
{
	leakkernel_see_thread(&r->kernel);
	return opener_run(read_maps, r, false) && r->read && r->n > 0 &&
	    !r->cut && !r->kernel.cut;
}

const char *
leakroots_read(struct leakscan *s, uintptr_t stack)
{
	size_t space = ROOTS_MAX * sizeof(struct root);
	size_t words = LEAKKERNEL_WORDS * sizeof(uint64_t);
	const char *why = "no list of the host's memory";
	struct roots r = {
	    .scan = s,
	    .pagemap = -1,
	    .mem = -1,
	    .kernel = {
		.word = mem_reserve(words),
		.deadline_ns = s->deadline_ns,
	    },
	    .root = mem_reserve(space),
	    .stack = stack,
	};
	bool room = leakthreads_begin(&r.threads);

	if (s->any_large)
		s->hole = mem_reserve(LEAKSCAN_HOLES * sizeof(*s->hole));
	if (atomic_load(&early_cut))
		why = "too many blocks from before the start";
	else if (r.root != NULL && r.kernel.word != NULL && room &&
	    find_roots(&r))
		why = r.by_user ? "pages come from a userfaultfd" : NULL;
	if (why == NULL)
		read_all(s, &r);
	mem_unmap(r.root, space);
	mem_unmap(r.kernel.word, words);
	leakthreads_end(&r.threads);
	return why;
}
