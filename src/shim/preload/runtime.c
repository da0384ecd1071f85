/*
 * runtime - where the exported names of the runtimes lead.
 */
#include "shim/preload/runtime.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/lock.h"
#include "shim/names/place.h"
#include "shim/sink/sink.h"
#include "shim/state/state.h"

/* A place of the host that called before, and where it was led. */
enum { PLACES = 64 };
struct place {
	const void *caller;
	void *target;
	uint64_t epoch;
	unsigned name;
};

/* What became of one runtime. */
enum fate { NOT_SEEN, WATCHED, LEFT_ALONE };
struct watch {
	_Atomic int fate;
	bool global;		/* the slots lead to it for ever */
	struct found in;
};

extern void *_Atomic runtime_slot[RUNTIME_COUNT]
    __attribute__((visibility("hidden")));
extern void *const runtime_question[RUNTIME_COUNT]
    __attribute__((visibility("hidden")));
void *runtime_ask(unsigned name, const void *caller, const uintptr_t *args)
    __attribute__((visibility("hidden")));

void *runtime_real[RUNTIME_COUNT];
__thread struct runtime_tls runtime_tls;

static const struct runtime *const known[] = {
	&adapt_uv, &adapt_glib, &adapt_apr, &adapt_gomp, &adapt_tbb,
};
static struct watch watches[ARRAY_LEN(known)];
static struct lock lock;	/* places, and runtimes that are being bound */
static struct place place[PLACES];
static bool started, watching;

static const char *const names[] = {
#define X(name) #name,
	RUNTIME_NAMES(X)
#undef X
};

static unsigned
family_of(unsigned name)
{
	unsigned i = 0;

	while (name >= known[i]->end)
		i++;
	return i;
}

/* What the objects call it. */
static const char *
symbol_of(unsigned name)
{
	const struct runtime *r = known[family_of(name)];

	return r->symbols != NULL ? r->symbols[name - r->first] : names[name];
}

static void *
cold_half(unsigned i, unsigned name)
{
	return known[i]->cold[name - known[i]->first];
}

static bool
has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* Where a call of this name goes when the runtime is the one we watch. */
static void *
half_of(unsigned i, unsigned name)
{
	void *cold = cold_half(i, name);

	if (cold == NULL)
		return runtime_real[name];
	return cold == RUNTIME_NOTED ? runtime_question[name] : cold;
}

/* Every object finds the same copy first: no more questions are needed. */
static void
set_slots(unsigned i)
{
	for (unsigned n = known[i]->first; n < known[i]->end; n++) {
		struct found f;
		void *to = runtime_real[n];

		if (watches[i].fate == WATCHED)
			to = half_of(i, n);
		else if (runtime_find(symbol_of(n), NULL, &f) && f.global)
			to = f.address;
		if (to != NULL)
			atomic_store(&runtime_slot[n], to);
	}
}

/* The runtime's own definition, or that of a library below it. */
static void *
find_real(const struct found *in, unsigned name)
{
	struct found f;
	void *p = runtime_find_in(in, symbol_of(name));

	if (p == NULL && runtime_find(symbol_of(name),
	    (const void *)in->low, &f))
		p = f.address;
	return p;
}

/* A runtime is watched when it has what is watched and the adapter knows it.
 * What is only noted need not be there. */
static bool
bind(unsigned i, const struct found *in)
{
	const struct runtime *a = known[i];

	for (unsigned n = a->first; n < a->end; n++) {
		runtime_real[n] = find_real(in, n);
		if (runtime_real[n] == NULL &&
		    cold_half(i, n) != RUNTIME_NOTED) {
			sink_notice(a->title, "%s has no %s(): its pools are "
			    "not shown", a->title, names[n]);
			return false;
		}
		if (runtime_real[n] == NULL)
			runtime_real[n] = a->absent;
	}
	return a->begin(in);
}

/* Decides about the first copy that is met; under the lock. */
static void
decide(unsigned i, const struct found *in)
{
	struct watch *r = &watches[i];

	if (r->fate != NOT_SEEN || !watching ||
	    !has_prefix(in->soname, known[i]->soname))
		return;
	r->in = *in;
	r->global = in->global;
	r->fate = bind(i, in) ? WATCHED : LEFT_ALONE;
}

static void
meet(unsigned i, const struct found *in)
{
	struct hook_scope scope;

	if (!hook_enter(&scope))
		return;
	/* Without watching there is nothing to decide, and nobody who would
	 * reset the lock in a forked child. */
	if (watching) {
		lock_take(&lock);
		decide(i, in);
		lock_give(&lock);
	}
	if (in->global)
		set_slots(i);
	hook_leave(&scope);
}

/* Where a call of the watched copy's @name goes. */
static void *
lead(unsigned i, unsigned name, const uintptr_t *args)
{
	void *cold = cold_half(i, name);

	if (cold != NULL && cold != RUNTIME_NOTED)
		return cold;
	if (cold == RUNTIME_NOTED)
		known[i]->note(name, args);
	return runtime_real[name];
}

static struct place *
place_of(const void *caller, unsigned name)
{
	return &place[((uintptr_t)caller >> 2 ^ name) % PLACES];
}

/* What was found for this place before, as long as nothing was loaded or
 * unloaded since. */
static bool
remembered(const void *caller, unsigned name, uint64_t epoch, void **target)
{
	struct place *p = place_of(caller, name);
	bool known_place;

	if (!lock_try(&lock))
		return false;
	known_place = p->caller == caller && p->name == name &&
	    p->epoch == epoch;
	*target = p->target;
	lock_give(&lock);
	return known_place;
}

static void
remember(const void *caller, unsigned name, uint64_t epoch, void *target)
{
	if (!lock_try(&lock))
		return;
	*place_of(caller, name) = (struct place){ caller, target, epoch, name };
	lock_give(&lock);
}

static COLD void *
find_out(unsigned i, unsigned name, const void *caller, const uintptr_t *args)
{
	uint64_t epoch = runtime_find_epoch();
	struct found f = { .address = NULL };

	if (!remembered(caller, name, epoch, &f.address)) {
		if (!runtime_find(symbol_of(name), caller, &f))
			return known[i]->absent;
		if (started)
			meet(i, &f);
		if (started && !f.global)
			remember(caller, name, epoch, f.address);
	}
	if (watches[i].fate != WATCHED || f.address != runtime_real[name])
		return f.address;
	return lead(i, name, args);
}

void *
runtime_ask(unsigned name, const void *caller, const uintptr_t *args)
{
	unsigned i = family_of(name);

	if (likely(watches[i].fate == WATCHED && watches[i].global))
		return lead(i, name, args);
	return find_out(i, name, caller, args);
}

/* A function that has no name of its own gives none. */
static void
name_after(char name[POOL_NAME_MAX], uint64_t function)
{
	char text[POOL_NAME_MAX];
	struct buf b = BUF(text);

	place_write_function(&b, function + 1);
	if (b.len == 0 || text[0] == '~' || memchr(text, '+', b.len) != NULL)
		return;
	memset(name, 0, POOL_NAME_MAX);
	memcpy(name, text, MIN(b.len, (size_t)POOL_NAME_MAX - 1));
}

/* The tasks beyond that are in no count. */
COLD void
runtime_lose_task(void)
{
	sink_notice("tasks", "schedtrace: more than a million tasks wait in "
	    "the pools of one runtime: those beyond are not counted");
}

void
runtime_start(bool watch)
{
	pool_set_namer(name_after);
	runtime_find_start();
	started = true;
	watching = watch;
	for (unsigned i = 0; watch && i < ARRAY_LEN(known); i++) {
		struct found f;

		if (runtime_find(symbol_of(known[i]->first), NULL, &f))
			meet(i, &f);
	}
}

void
runtime_thread_created(const void *start, void *arg)
{
	if (watches[1].fate == WATCHED)
		adapt_glib_created(start, arg);
}

void
runtime_thread_begins(const void *start, void *arg)
{
	if (watches[1].fate == WATCHED)
		adapt_glib_begins(start, arg);
}

void
runtime_after_fork_child(void)
{
	lock_reset(&lock);
	memset(&runtime_tls, 0, sizeof(runtime_tls));
	for (unsigned i = 0; i < ARRAY_LEN(known); i++) {
		if (watches[i].fate == WATCHED)
			known[i]->after_fork_child();
	}
}
