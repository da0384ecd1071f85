/*
 * ticker_state - what the two halves of the ticker share: ticker.c (jobs,
 * questions, the thread's own loop) and ticker_life.c (start, stop, fork).
 *
 * All of it is behind one lock that is never held while a job runs, except
 * where a field says otherwise.  The bell is a futex word that counts reasons
 * to wake up early: a job was added, somebody asks, somebody pokes, or it is
 * time to stop.
 *
 * Memory   static.
 * Threads  see each field.
 * Fork     reset by ticker_after_fork_child().
 */
#ifndef DIAG_TICKER_TICKER_STATE_H
#define DIAG_TICKER_TICKER_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/lock.h"
#include "shim/ticker/ticker.h"

enum { TICKER_JOBS = 16 };

struct ticker_job {
	ticker_fn fn;		/* NULL: the slot is free */
	void *arg;
	uint64_t period_ns, next_ns;
	uint64_t cpu_ns;	/* used since first_ns; the ticker's */
	uint64_t first_ns;	/* deadline of the first run */
};

struct ticker_question {
	ticker_fn fn;		/* NULL: nobody asks */
	void *arg;
	uint32_t number;	/* of the question; the asker's */
};

struct ticker_state {
	struct lock lock;
	struct lock asking;	/* held by the one thread that asks */
	struct ticker_job job[TICKER_JOBS];
	struct ticker_question question;
	uint32_t answered;	/* futex: number of the last answer; ticker's */
	uint32_t bell;		/* futex: atomic, anybody's */
	_Atomic uint32_t stop;	/* anybody's: the loop ends */
	_Atomic uint32_t poked;	/* set by ticker_poke(), taken by the ticker */
	_Atomic(ticker_fn) on_poke;
	uint32_t tid;		/* futex: atomic; 0: there is no thread */
	_Atomic uint64_t cpu_ns;	/* of this life; the ticker's */
	_Atomic uint64_t past_cpu_ns;	/* of the lives before */
	bool wanted;		/* a child starts it when it can */
	bool outlived;		/* threads were seen after main had left */
	int refused;		/* atomic; why the thread left at once, or 0 */
	uint64_t flush_ns, alone_ns;	/* next looks; the ticker's */
};

extern struct ticker_state ticker_state
    __attribute__((visibility("hidden")));

/* The thread's start routine: @arg is its struct thread, or NULL. */
void *ticker_live(void *arg);
/* Takes the calling thread out of libc's count of threads, and back in before
 * it returns to libc; false when the process is ending and it must not. */
void ticker_uncount(void);
bool ticker_recount(void);
/* Wakes the thread up. */
SIGNAL_SAFE void ticker_ring(void);
/* The first multiple of @period_ns since the process's start after @now. */
uint64_t ticker_deadline(uint64_t now, uint64_t period_ns);

#endif
