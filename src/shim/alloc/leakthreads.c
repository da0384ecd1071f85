/*
 * leakthreads - control blocks of threads, found by what they say of
 * themselves.
 */
#include "shim/alloc/leakthreads.h"

#include <elf.h>

#include "common/base/mem.h"
#include "common/base/sys.h"
#include "shim/state/state.h"

enum {
	PAGE = 4096,
	GAPS_MAX = 1 << 16,
	/* glibc's control block of a thread: where it says once more where it
	 * is, and the thread's number, which the kernel sets to 0 at its end
	 * and pthread_join() to -1; what the next thread there takes over
	 * comes before THREAD_HEAD. */
	THREAD_SELF = 16, THREAD_TID = 0x2d0, THREAD_HEAD = 24,
	/* Who joins it, itself where nobody shall; and what it returned. */
	THREAD_JOINER = 0x620, THREAD_RESULT = 0x628,
	THREAD_STACK = 0x690,	/* where its memory begins, size, guard */
	THREAD_SIZE = 0x700, THREAD_ALIGN = 64,
};

static const size_t SPACE = GAPS_MAX * sizeof(struct leakgap);

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

uint64_t
leakthreads_stack(uint64_t at, uint64_t *first)
{
	uint64_t word[3];

	*first = 0;
	if (!sys_copy(word, at + THREAD_STACK, sizeof(word)))
		return 0;
	if (word[0] == 0)
		*first = word[1];
	if (word[0] == 0 || word[0] > at || at - word[0] >= word[1] ||
	    word[2] >= word[1])
		return 0;
	return word[0] + word[2];
}

static uint64_t
own_thread(void)
{
	uint64_t self;

	__asm__("mov %%fs:16, %0" : "=r"(self));
	return self;
}

/* Our own thread-local storage, jemalloc's with it, is full of addresses that
 * the host does not have. */
static void
find_tls(struct leakthreads *t)
{
	const Elf64_Ehdr *e = (const void *)__ehdr_start;
	const Elf64_Phdr *p = (const void *)(__ehdr_start + e->e_phoff);
	uint64_t within;	/* our segment, at which place is our word */

	__asm__("xor %k0, %k0\n\tlea tls@dtpoff(%0), %0" : "=r"(within));
	t->tls = t->self - ((uintptr_t)&tls - within);
	for (unsigned i = 0; i < e->e_phnum; i++)
		if (p[i].p_type == PT_TLS)
			t->tls_size = p[i].p_memsz;
}

bool
leakthreads_begin(struct leakthreads *t)
{
	*t = (struct leakthreads){
	    .gap = mem_reserve(SPACE),
	    .self = own_thread(),
	};
	find_tls(t);
	return t->gap != NULL;
}

void
leakthreads_end(struct leakthreads *t)
{
	mem_unmap(t->gap, SPACE);
}

/* Is the number where this file says it is? */
bool
leakthreads_are_known(const struct leakthreads *t)
{
	int tid = 0;

	return sys_copy(&tid, t->self + THREAD_TID, sizeof(tid)) &&
	    tid == sys_gettid();
}

void
leakthreads_leave_out(struct leakthreads *t, uint64_t start, uint64_t end)
{
	if (t->n < GAPS_MAX && start < end)
		t->gap[t->n++] = (struct leakgap){ start, end };
}

/* Is the thread whose control block is at @at gone, or ours?  Every thread has
 * our word at the same distance. */
static bool
is_nobody(const struct leakthreads *t, uint64_t at)
{
	struct tls its = { .ours = false };
	int tid = 1;

	if (sys_copy(&tid, at + THREAD_TID, sizeof(tid)) && tid <= 0)
		return true;
	return sys_copy(&its, at + ((uintptr_t)&tls - t->self), sizeof(its)) &&
	    its.ours;
}

/* Has the thread, which is gone, left its result for one that will join it?
 * Once joined, its number is another one. */
static bool
has_result(uint64_t at)
{
	int tid = -1;
	uint64_t joiner = at;

	return sys_copy(&tid, at + THREAD_TID, sizeof(tid)) && tid == 0 &&
	    sys_copy(&joiner, at + THREAD_JOINER, sizeof(joiner)) &&
	    joiner != at;
}

/* The insides of a control block that is in no use. */
static void
leave_out_insides(struct leakthreads *t, uint64_t at)
{
	uint64_t start = at + THREAD_HEAD;

	if (has_result(at)) {
		leakthreads_leave_out(t, start, at + THREAD_RESULT);
		start = at + THREAD_RESULT + sizeof(uint64_t);
	}
	leakthreads_leave_out(t, start, at + THREAD_SIZE);
}

/* Of a thread that is not the host's any more, the stack and what it was begun
 * with; of one that is, what is ours. */
static void
see_thread(struct leakthreads *t, uint64_t mapping, uint64_t at)
{
	uint64_t first, low = leakthreads_stack(at, &first);
	bool gone = is_nobody(t, at);

	if (gone && first != 0)
		t->first_end = first;
	if (!gone || low == 0) {
		leakthreads_leave_out(t, at - t->tls,
		    at - t->tls + t->tls_size);
		return;
	}
	low = MAX(low, mapping);
	if (t->n > 0)
		low = MAX(low, t->gap[t->n - 1].end);
	leakthreads_leave_out(t, low, at);
	leave_out_insides(t, at);
}

/* Libc's control blocks say where they are, twice. */
void
leakthreads_find(struct leakthreads *t, uint64_t start, uint64_t end,
    uint64_t mapping)
{
	uint64_t word[PAGE / 8];

	for (uint64_t at = start & ~(uint64_t)(PAGE - 1); at < end;
	    at += PAGE) {
		if (!sys_copy(word, at, PAGE))
			continue;
		for (size_t i = 0; i < PAGE / 8; i += THREAD_ALIGN / 8)
			if (word[i] == at + i * 8 &&
			    word[i + THREAD_SELF / 8] == at + i * 8)
				see_thread(t, mapping, at + i * 8);
	}
}
