/*
 * leakscan - which of the live blocks something still points to, at exit.
 *
 * Memory is read through process_vm_readv(): what is gone or forbidden by the
 * time it is read is no fault then, but a shorter answer.
 */
#include "shim/alloc/leakscan.h"

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/sys.h"
#include "shim/alloc/leakroots.h"
#include "shim/alloc/leaktables.h"
#include "shim/heap/jem.h"

enum {
	BATCH = 256,		/* blocks that are read at once */
	PATIENCE_S = 20,
	SCANS_MAX = 64, QUIET_SCANS = 3, AGAIN_S = 3,	/* beside others */
};

static uintptr_t host_stack, host_words, host_word[LEAKSCAN_REGISTERS];

void
leakscan_from(uintptr_t stack, const uintptr_t *word, size_t n)
{
	host_stack = stack;
	n = MIN(n, (size_t)LEAKSCAN_REGISTERS);
	for (host_words = 0; host_words < n; host_words++)
		host_word[host_words] = word[host_words];
}

bool leakscan_has_rooms;

/* The bytes of a block that the host may use.  One that is aligned to more than
 * its size may have some more. */
static uint64_t
room_of(const struct leakscan_entry *e)
{
	uint64_t size = size_of(e);

	if (!leakscan_has_rooms || size == 0)
		return size;
	return MAX(size, (uint64_t)jem_nallocx((size_t)size, 0));
}

/* The number of entries at or below @word, when @word may lie in the last of
 * them; else 0. */
static size_t
count_up_to(const struct leakscan *s, uint64_t word)
{
	uint64_t off = word - WINDOW_BASE;
	uint32_t leaf = s->leaf[off >> LEAF_SHIFT];
	size_t page, low, high;

	page = (size_t)((leaf & ~EARLIER) - 1) * LEAF_PAGES +
	    ((leaf & EARLIER) != 0 ? LEAF_PAGES - 1 :
	    (off >> PAGE_SHIFT) % LEAF_PAGES);
	low = s->page[page];
	high = s->page[page + 1];
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->entry[mid].at <= word)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Where objects have destructors, C++ counts an array's elements in a word in
 * front of them.  Who has an array of none points behind the whole block. */
static COLD bool
is_empty_array(const struct leakscan_entry *e, uint64_t word)
{
	uint64_t count = 1;

	return size_of(e) == sizeof(count) && word - e->at == sizeof(count) &&
	    sys_copy(&count, e->at, sizeof(count)) && count == 0;
}

/* The block that the address @word belongs to, or NULL. */
static ALWAYS_INLINE struct leakscan_entry *
find(const struct leakscan *s, uint64_t word)
{
	struct leakscan_entry *e;
	size_t n;

	if (likely(word - s->entry[0].at > s->span))
		return NULL;
	n = count_up_to(s, word);
	if (n == 0)
		return NULL;
	e = &s->entry[n - 1];
	if (word == e->at || word - e->at < size_of(e))
		return e;
	return word - e->at < room_of(e) || is_empty_array(e, word) ? e : NULL;
}

static void
put_todo(struct leakscan *s, struct leakscan_entry *e,
    enum leakscan_state state)
{
	set_state(e, state);
	s->todo[s->n_todo++] = (uint32_t)(e - s->entry);
}

/* The lost block @e is pointed to by what is lost with the leader.  In the
 * second round a leader of the first is met for the first time, too. */
static void
lose_with(struct leakscan *s, struct leakscan_entry *e)
{
	bool met = s->held == NULL ? state_of(e) != LEAKSCAN_LOST :
	    e >= s->leader && state_of(e) == LEAKSCAN_DIRECT;

	if (met)
		return;
	put_todo(s, e, LEAKSCAN_INDIRECT);
	if (s->held == NULL)
		return;
	s->held[s->leader - s->entry].bytes += size_of(e);
	s->held[s->leader - s->entry].blocks++;
}

static void
look(struct leakscan *s, const uint8_t *bytes, size_t n)
{
	const uint64_t *word = (const void *)bytes;

	for (size_t i = 0; i < n / sizeof(*word); i++) {
		struct leakscan_entry *e = find(s, word[i]);

		if (e == NULL || state_of(e) == LEAKSCAN_REACHABLE ||
		    state_of(e) == LEAKSCAN_INDIRECT)
			continue;
		if (s->leader != NULL)
			lose_with(s, e);
		else
			put_todo(s, e, LEAKSCAN_REACHABLE);
	}
}

/* The @size bytes at @at, when they are in one page that can be read as a
 * whole.  The blocks of a list are neighbours mostly: a call for each would
 * take minutes. */
static const uint8_t *
from_page(struct leakscan *s, uint64_t at, size_t size)
{
	uint64_t page = at >> PAGE_SHIFT;
	uint64_t *is = &s->line_page[page % LINES];
	uint8_t *line = s->lines + (page % LINES) * PAGE;

	if ((at + size - 1) >> PAGE_SHIFT != page)
		return NULL;
	if (*is != page) {
		*is = 0;
		if (!sys_copy(line, at - at % PAGE, PAGE))
			return NULL;
		*is = page;
	}
	return line + at % PAGE;
}

static bool
is_late(const struct leakscan *s)
{
	return clock_ns() > s->deadline_ns;
}

/* Moves *@at out of the hole that it lies in.  Returns where the next hole
 * begins. */
static uint64_t
skip_hole(const struct leakscan *s, uint64_t *at)
{
	size_t low = 0, high = s->holes;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->hole[mid].end <= *at)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < s->holes && s->hole[low].start <= *at)
		*at = s->hole[low++].end;
	return low < s->holes ? s->hole[low].start : UINT64_MAX;
}

/* A page that cannot be read is left out, and so is half a word. */
static void
read_range(struct leakscan *s, uint64_t at, uint64_t end)
{
	at = (at + 7) & ~(uint64_t)7;
	end &= ~(uint64_t)7;
	while (at < end && !is_late(s)) {
		uint64_t hole = skip_hole(s, &at);
		size_t want = at >= end ? 0 : (size_t)MIN(MIN(end, hole) - at,
		    (uint64_t)BUFFER);
		struct iovec from = { (void *)(uintptr_t)at, want };
		long got;

		if (want == 0)
			continue;
		got = sys_copy_pieces(s->buffer, want, &from, 1);
		if (got > 0) {
			look(s, s->buffer, (size_t)got);
			at += (uint64_t)got & ~(uint64_t)7;
		}
		if (got < (long)want)
			at = (at & ~(uint64_t)(PAGE - 1)) + PAGE;
	}
}

/* Takes blocks off the list that fit into the buffer together, each at a whole
 * word; returns how many there are. */
static unsigned
gather(struct leakscan *s, struct iovec from[BATCH], size_t *bytes)
{
	unsigned n = 0;

	*bytes = 0;
	while (n < BATCH && s->n_todo > 0) {
		const struct leakscan_entry *e =
		    &s->entry[s->todo[s->n_todo - 1]];
		size_t size = (size_t)room_of(e) & ~(size_t)7;

		if (size > BUFFER - *bytes)
			break;
		s->n_todo--;
		if (size == 0)
			continue;
		from[n].iov_base = (void *)(uintptr_t)e->at;
		from[n++].iov_len = size;
		*bytes += size;
	}
	return n;
}

/* Reads a block that is larger than the buffer, or some that are not. */
static void
read_some(struct leakscan *s)
{
	struct iovec from[BATCH];
	size_t bytes;
	unsigned n = gather(s, from, &bytes);

	if (n == 0) {
		const struct leakscan_entry *e;

		if (s->n_todo == 0)
			return;
		e = &s->entry[s->todo[--s->n_todo]];
		read_range(s, e->at, e->at + room_of(e));
		return;
	}
	if (sys_copy_pieces(s->buffer, bytes, from, n) == (long)bytes) {
		look(s, s->buffer, bytes);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		read_range(s, (uint64_t)(uintptr_t)from[i].iov_base,
		    (uint64_t)(uintptr_t)from[i].iov_base + from[i].iov_len);
}

/* The next block, if it is small; false when it is not. */
static bool
read_small(struct leakscan *s)
{
	const struct leakscan_entry *e = &s->entry[s->todo[s->n_todo - 1]];
	size_t size = (size_t)room_of(e) & ~(size_t)7;
	const uint8_t *bytes;

	if (size > PAGE)
		return false;
	bytes = size == 0 ? s->buffer : from_page(s, e->at, size);
	if (bytes == NULL)
		return false;
	s->n_todo--;
	look(s, bytes, size);
	return true;
}

void
leakscan_read(struct leakscan *s, uint64_t start, uint64_t end)
{
	if (end > start)
		read_range(s, start, end);
	while (s->n_todo > 0 && !is_late(s))
		if (!read_small(s))
			read_some(s);
}

static void
lead(struct leakscan *s, size_t i)
{
	s->leader = &s->entry[i];
	put_todo(s, s->leader, LEAKSCAN_DIRECT);
	leakscan_read(s, 0, 0);
}

/*
 * What is left is lost.  First round: each block leads that none before it led
 * to.  Then none leads to a later leader: in the second round, backwards, a
 * leader that no later one leads to is pointed to by nothing else that is
 * lost, or by its own circle alone.
 */
static void
tell_direct(struct leakscan *s)
{
	for (size_t i = 0; i < s->n && !is_late(s); i++)
		if (state_of(&s->entry[i]) == LEAKSCAN_LOST)
			lead(s, i);
	for (size_t i = 0; i < s->n; i++)
		if (state_of(&s->entry[i]) == LEAKSCAN_INDIRECT)
			set_state(&s->entry[i], LEAKSCAN_LOST);
	s->held = mem_reserve(s->cap * sizeof(*s->held));
	if (s->held == NULL)
		return;
	for (size_t i = s->n; i-- > 0 && !is_late(s);)
		if (state_of(&s->entry[i]) == LEAKSCAN_DIRECT)
			lead(s, i);
	s->tells_direct = !is_late(s);
}

/* Fills @s, and finds what is reachable. */
static bool
scan_once(struct leakscan *s, const char **why)
{
	*why = "no memory for it";
	if (!leaktables_make(s))
		return false;
	if (s->n == 0)
		return true;
	s->span = s->entry[s->n - 1].at - s->entry[0].at +
	    room_of(&s->entry[s->n - 1]);
	*why = leakroots_read(s, host_stack);
	if (*why != NULL)
		return false;
	leakscan_read(s, (uintptr_t)host_word,
	    (uintptr_t)(host_word + host_words));
	*why = "it took too long";
	return !is_late(s);
}

/* Keeps of what @s has lost what @again has lost too; returns how much it does
 * not keep. */
static size_t
keep_lost(struct leakscan *s, const struct leakscan *again)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct leakscan_entry *e = &s->entry[i], *other;

		if (state_of(e) != LEAKSCAN_LOST)
			continue;
		other = again->n == 0 ? NULL : find(again, e->at);
		if (other != NULL && other->at == e->at &&
		    state_of(other) == LEAKSCAN_LOST)
			continue;
		set_state(e, LEAKSCAN_REACHABLE);
		n++;
	}
	return n;
}

static bool
has_lost(const struct leakscan *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (state_of(&s->entry[i]) == LEAKSCAN_LOST)
			return true;
	return false;
}

/* Other threads move pointers from what is not read yet to what was read.  What
 * is lost stays so: it is looked for again until nothing of it was found some
 * times, as long as there is time. */
static void
scan_again(struct leakscan *s)
{
	uint64_t until = MIN(s->deadline_ns, clock_ns() + AGAIN_S * NS_PER_S);
	bool in_time = true;
	int quiet = 0;

	for (int i = 1; i < SCANS_MAX && quiet < QUIET_SCANS && in_time &&
	    has_lost(s); i++) {
		struct leakscan again = { .deadline_ns = until };
		const char *why;

		in_time = scan_once(&again, &why);
		if (in_time)
			quiet = keep_lost(s, &again) == 0 ? quiet + 1 : 0;
		leaktables_drop(&again);
	}
}

bool
leakscan_take(struct leakscan *s, bool beside_others, const char **why)
{
	*s = (struct leakscan){
	    .deadline_ns = clock_ns() + PATIENCE_S * NS_PER_S,
	};
	if (!scan_once(s, why))
		return false;
	if (beside_others)
		scan_again(s);
	s->tells_direct = s->n == 0;
	if (s->n != 0)
		tell_direct(s);
	return true;
}

void
leakscan_drop(struct leakscan *s)
{
	leaktables_drop(s);
}

bool
leakscan_has(const struct leakscan *s, const void *p)
{
	return s->n != 0 && find(s, (uint64_t)(uintptr_t)p) != NULL;
}

enum leakscan_state
leakscan_state_of(const struct leakscan *s, const void *p,
    struct leakscan_held *held)
{
	const struct leakscan_entry *e = s->n == 0 ? NULL :
	    find(s, (uint64_t)(uintptr_t)p);
	enum leakscan_state state;

	*held = (struct leakscan_held){ 0, 0 };
	if (e == NULL || e->at != (uint64_t)(uintptr_t)p)
		return LEAKSCAN_REACHABLE;
	state = state_of(e);
	if (state == LEAKSCAN_REACHABLE)
		return state;
	if (!s->tells_direct)
		return LEAKSCAN_LOST;
	*held = s->held[e - s->entry];
	return state;
}
