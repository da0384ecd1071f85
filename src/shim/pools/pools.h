/*
 * pools - what the parts of the inference share.
 *
 * pools.c puts threads that have their home at the same place (pools_place.c)
 * together, counted by pools_cell.c, and keeps what is a pool from one period
 * to the next; pools_member.c keeps what is known of each thread, pools_sleep.c
 * where those sleep that announce nothing, pools_gate.c what is known of each
 * gate; pools_turn.c knows who waits for its turn to wait, pools_join.c which
 * places are one pool's; pools_view.c makes the figures; pools_name.c finds
 * names.
 *
 * Memory   static tables, and one by thread that grows; 120 bytes a thread.
 * Threads  the diag thread alone.
 * Fork     pools_after_fork_child().
 */
#ifndef DIAG_POOLS_POOLS_H
#define DIAG_POOLS_POOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attrs.h"
#include "shim/pools/poolview.h"
#include "shim/sched/gate.h"
#include "shim/tasks/crew.h"
#include "shim/tasks/tasks.h"

enum { INFERRED_POOLS = 128 };

/* The number of this period. */
extern uint32_t pools_period __attribute__((visibility("hidden")));

/* Where an interpreter waits says nothing of the program that it runs. */
enum { HOME_UNKNOWN = WAIT_KINDS };

/* Where threads have their home: what they have in common. */
struct pool_place {
	uint64_t start;		/* the threads' kin: start routine, or type */
	uint64_t caller;	/* of the wait; 0: several */
	uint64_t object;	/* of the gate, or the lock of a convoy; 0:
				 * several, or none */
	uint32_t kind;		/* enum wait_kind; WAIT_RUN: of no home,
				 * HOME_UNKNOWN: of any */
	uint32_t family;	/* of the threads' names, where that counts, or
				 * how deep in their stacks they wait */
};

/* The wait is for a lock that one has at a time. */
static inline bool
pools_is_mutex(uint32_t kind)
{
	return kind == WAIT_MUTEX || kind == WAIT_LOCK;
}

/* The wait is for something that has a gate of its own. */
static inline bool
pools_is_of_object(uint32_t kind)
{
	return kind == WAIT_COND || kind == WAIT_SEM;
}

/* A call in which a loop waits for what comes. */
static inline bool
pools_is_call(uint32_t kind)
{
	return kind == WAIT_EPOLL || kind == WAIT_POLL || kind == WAIT_SELECT ||
	    kind == WAIT_ACCEPT;
}

struct pools_entry {
	unsigned number;	/* 0: a free place */
	struct pool_place place;
	char name[POOL_NAME_MAX];
	uint32_t named_after;	/* the family of threads' names; 0: none */
	uint32_t born;		/* the first period */
	uint32_t seen;		/* the last period in which it had workers */
	uint32_t slept;		/* the last one in which a thread was known to
				 * sleep there */
	bool guards;		/* tasks are known to be queued behind the
				 * mutex of the condition */
	bool mixed;		/* its workers have homes of several kinds */
	bool guest;		/* one may be another pool's, in this period */
	bool turns;		/* they wait for their turn to wait */
	bool returns;		/* one has gone from home to work */
	bool sleeps;		/* or to sleep, from deeper in the stack */
	bool rivals;		/* sleeps just as near to the start, too */
	bool proven;		/* where they wait is known to be for work */
	bool apart;		/* one waits for the object at home elsewhere,
				 * in this period */
	bool may_queue;		/* one may wait for its turn to wait, and nobody
				 * knows who has it, in this period */
	bool machine;		/* wait in a virtual machine, each for itself */
	bool by_machine;	/* it starts them */
	bool asks;		/* waits in poll() for one descriptor */
	bool convoy;		/* they hold each other up with a lock, in this
				 * period */
	uint64_t stays, strays;	/* of its workers; see work.h */

	/* This period's, filled by pools_view_add(). */
	unsigned workers, idle, blocked, stuck;
	unsigned strangers;	/* named like its workers, and none so far, */
	unsigned likely;	/* of whom these have not been home anywhere, or
				 * were its workers before */
	bool scattered;		/* and nobody knows what they are about */
	unsigned guessed;	/* whose home is not the pool's */
	unsigned still, unseen;	/* away through the period: at one task; need
				 * not be */
	unsigned unread;	/* busy; what they do is of a look before */
	unsigned rested;	/* waited through the period */
	unsigned gates;		/* distinct ones, at most POOL_QUEUES */
	bool more_gates;
	uint32_t gate[POOL_QUEUES];
	uint64_t visits;	/* times that workers left home */
	uint64_t busy_ns, least_busy_ns, most_idle_ns;
	uint64_t longest_ns;
	pid_t longest_tid;
	uint64_t longest_rest_ns;	/* in the wait that took the period */
	pid_t rest_tid;
	unsigned new_members;	/* of whom this period is not known */
	unsigned never_home;	/* nor any other */
};

extern struct pools_entry pools_entries[INFERRED_POOLS]
    __attribute__((visibility("hidden")));
/* The one at @place; NULL. */
DETACHED struct pools_entry *pools_find_entry(const struct pool_place *place);

/* Where the thread has its home; false when that is nowhere. */
DETACHED bool pools_place_of(struct task *task, struct pool_place *place);
/* The same for a worker that has the queue for itself. */
DETACHED bool pools_place_of_family(struct task *task,
    struct pool_place *place);
/* The kind of its home; WAIT_RUN when it has none. */
DETACHED uint32_t pools_place_kind(const struct thread *t);
/* There is a pool there from now on. */
DETACHED void pools_place_is_new(const struct pool_place *place);

/* Threads at one place, in this period. */
struct pools_cell {
	struct pool_place place;
	unsigned threads;
	struct task *first;		/* one of them; NULL: none */
	const struct task *sleeper;	/* one of them that sleeps, or NULL */
	bool mixed;		/* some come from another place */
	uint32_t entry;		/* index + 1, or 0 */
	bool no_entry;		/* there was none in this period */
};

DETACHED void pools_cells_clear(void);
/* The cell of a place; NULL when there are too many. */
DETACHED struct pools_cell *pools_cell_at(const struct pool_place *place);
/* One thread more at @place, or at the one that stands for it; the number of
 * the cell, from 1, or 0. */
DETACHED uint32_t pools_cell_add(struct pool_place *place, struct task *task);
/* Calls @see with each; true when one of the calls returned true. */
typedef bool (*pools_cell_fn)(struct pools_cell *c);
DETACHED bool pools_cells_each(pools_cell_fn see);
/* The cell whose number is in the thread's member; NULL. */
DETACHED struct pools_cell *pools_cell_of(const struct task *task);
/* Compares those that wait in calls with workers that wait for an object; true
 * when some were not known to be of one pool before. */
DETACHED bool pools_cells_join(void);

/* Where a thread that announces nothing was seen to sleep, nearest to its start
 * routine: stack pointer, the call's number, its place in libc, and in the
 * host. */
struct pools_sleep {
	uint32_t whose;		/* generation + 1 of the record */
	unsigned slot;		/* words from @sp to the return address */
	uint64_t sp, pc, caller;
	long nr;
	uint64_t beside_sp, beside_pc;	/* compared with that last */
	bool seen_there, there_last, returned;	/* at that place; to it */
	bool quiet;		/* was there last, and had not run */
	bool elsewhere;		/* it was seen to wait deeper in the stack */
	bool rivals;		/* or just as near */
	bool inner;		/* others of its loop sleep nearer */
};

/* What is known of a thread since the period before. */
struct pools_member {
	uint32_t generation;	/* of the record; 0: none */
	uint32_t pool;		/* index of its entry + 1, or 0 */
	uint32_t former;	/* the same, when it had one last */
	uint32_t period;	/* of the last look */
	uint32_t cell;		/* in this period; pools_cell.c's */
	uint64_t away_ticks, visits;	/* at the last look */
	uint64_t busy_ns;	/* for how long it had been then; 0: idle */
	uint64_t bed;		/* the lock at which it slept through a period,
				 * without a home; 0 */
	uint64_t convoy;	/* the lock of the convoy in which it was last;
				 * 0 */
	struct pools_sleep sleep;
};

/* The entry of the thread with that record; NULL without memory. */
DETACHED struct pools_member *pools_member(const struct thread *t);
void pools_member_forget(void);

/* The place in the host where the thread sleeps for work without announcing
 * that, when it is nearer to its start than all waits that it announces; 0:
 * there is none, or it is not known. */
DETACHED uint64_t pools_sleep_at(const struct task *task);
/* It sleeps there. */
DETACHED bool pools_sleep_is_home(const struct task *task);
/* It sleeps in such a call, not deeper in its stack than its home is. */
DETACHED bool pools_sleep_is_beside_home(const struct task *task);
/* How far in the stack that is from the thread's start; 0: it is nowhere. */
DETACHED uint64_t pools_sleep_depth(const struct thread *t);
/* Others of its loop sleep for work nearer to their start, or do not. */
DETACHED void pools_sleep_is_inner(const struct task *task, bool inner);

/* It waits for the object that it has its home at, from elsewhere. */
DETACHED bool pools_member_is_apart(const struct task *task);
/* It waits for a lock of which nobody knows who has it, not deeper in its stack
 * than its home is: perhaps for its turn to wait there. */
DETACHED bool pools_member_may_queue(const struct task *task);
/* It waits at its home, or sleeps there. */
DETACHED bool pools_member_is_home(const struct task *task);

/* Once a period, before pools are inferred: a thread that was taken for a task,
 * and is a worker, is one no more.  How sure it is that one is a task, after it
 * has been busy for @busy_ns. */
DETACHED void pools_task_look(struct task *task, void *arg);
DETACHED enum crew_doubt pools_task_doubt(const struct task *task,
    uint64_t busy_ns);

/* Once a period, after the look at threads; then, who waits at home with the
 * lock in hand that @task waits for, or NULL. */
DETACHED void pools_turn_look(void);
DETACHED struct task *pools_turn_of(const struct task *task);
/* Threads of that kin hold each other up with the lock, or did lately; and
 * @task waits for such a one, of its kin. */
DETACHED bool pools_turn_goes_on(uint64_t lock, uint64_t kin);
DETACHED bool pools_turn_is_convoy(const struct task *task);
void pools_turn_forget(void);

DETACHED bool pools_place_is_same(const struct pool_place *a,
    const struct pool_place *b);
/* A new period; the place that stands for @place and others, and whether that
 * is another one; joins @from to @to when the threads @a and @b, which sleep
 * there, are in one loop: true when it does now. */
DETACHED void pools_join_begin(void);
DETACHED bool pools_join_place(struct pool_place *place);
DETACHED bool pools_join_try(const struct pool_place *from,
    const struct task *a, const struct pool_place *to, const struct task *b);
/* They were compared, to an end. */
DETACHED bool pools_join_is_decided(const struct pool_place *from,
    const struct pool_place *to);
/* The thread waits at one of the places that @pool stands for. */
DETACHED bool pools_join_waits(const struct task *task,
    const struct pool_place *pool);
/* It waits for one answer, in the middle of a task, wherever its home is: the
 * pool's workers wait for an object. */
DETACHED bool pools_join_asks(const struct task *task,
    const struct pool_place *pool);
/* It waits for a task, for those that wait for their turn to at home. */
DETACHED bool pools_join_leads(const struct task *task,
    const struct pool_place *pool);
/* It listens for a pool whose workers wait for an object. */
DETACHED bool pools_join_listens(const struct task *task,
    const struct pool_place *pool);
void pools_join_forget(void);

/* How a thread of the pool does at this look. */
struct pools_doing {
	bool idle, blocked;
	bool turn;		/* idle, and waits for its turn to wait */
	uint64_t away_ns;	/* how much of this period it was away */
	uint64_t task_ns;	/* for how long it has been at this task */
	uint64_t visits;	/* times that it left home in this period */
	bool is_new;		/* there was no look before */
	bool unread;		/* busy; what it does is of a look before */
	bool returns;		/* has gone from home to work */
	bool sleeps;		/* sleeps for work unannounced: was seen to come
				 * back, and to wait deeper in the stack */
	bool rivals;		/* or just as near to its start */
	bool proven;		/* the wait at home is no task's: it waits there
				 * since its start, or is held up elsewhere */
};
/* Once a period: what is said of a thread that sleeps unannounced. */
DETACHED void pools_sleep_look(const struct task *task,
    struct pools_doing *out);
/* @joined: it may be idle at other places than its home, too; NULL. */
DETACHED void pools_member_look(const struct task *task,
    const struct pool_place *joined, uint64_t period_ns,
    struct pools_doing *out);

/* What a gate's counters and times did in this period. */
struct gate_period {
	bool whole;		/* not of a longer time, in which it was no
				 * pool's */
	bool takes_fit;		/* it is known when workers took tasks */
	bool fits;		/* and the idea of a queue fits all that was
				 * seen */
	bool is_lock;		/* who takes it gives it back */
	bool counts;		/* of a semaphore: what it has is no lock */
	bool rings;		/* it may be posted only for those that wait */
	bool unproven;		/* of a condition: busy workers were not seen to
				 * take tasks so far */
	bool apart;		/* tasks are taken without its mutex */
	uint64_t tasks;
	uint64_t full_ns;
	uint64_t full_since;	/* ticks; 0: not full now */
	uint64_t full_until;	/* ticks; the end of the last such time */
	bool rung;		/* who was woken up seems to wait still */
	uint64_t waiting;
	enum known waiting_known;
	uint64_t oldest;	/* ticks, 0 not known */
	struct histogram wait, run, wakeup;
};
/* Its workers alone signal there, one to the other: no task comes that way, but
 * the turn to wait for one elsewhere. */
DETACHED bool pools_gate_is_turn(uint32_t number);
/* Threads of several kin have their home there. */
DETACHED bool pools_gate_is_mixed(uint32_t number);
/* Waits are followed from now on, in a program that runs already: how much lies
 * in a queue is not known before its workers have all been idle. */
DETACHED void pools_begin_late(void);
bool pools_began_late(void);
/* A new period; then, once in it for each gate of a pool, at which @workers
 * have their home; @all_idle: they all wait there. */
DETACHED void pools_gate_begin(void);
DETACHED void pools_gate_read(uint32_t number, unsigned workers,
    bool all_idle, struct gate_period *out);

/* A new period of the entry; one of its workers; its figures. */
DETACHED void pools_view_begin(struct pools_entry *e);
DETACHED void pools_view_add(struct pools_entry *e, const struct task *task,
    uint64_t period_ns);
DETACHED void pools_view_fill(struct pools_entry *e, uint64_t period_ns,
    struct poolview *v);

/* A start routine that runs whatever it is given: threads that share it need
 * not have anything in common. */
DETACHED bool pools_name_is_general(uint64_t start);
/* The threads of std::async(), by their type. */
DETACHED bool pools_name_is_async(uint64_t start);
/* An interpreter's start routine, whose threads wait in its own functions. */
DETACHED bool pools_name_is_interpreted(uint64_t start);
/* The function is one of a library that runs whatever it is given. */
DETACHED bool pools_name_is_library(uint64_t pc);
/* The function is one of a virtual machine's, in which its threads wait for
 * whatever they wait for. */
DETACHED bool pools_name_is_machine(uint64_t pc);
/* The function waits for a lock that is made of a futex. */
DETACHED bool pools_name_is_lock(uint64_t caller);
/* The name is none that all threads of the program have. */
DETACHED bool pools_name_tells(const char *name);
/* A number for "worker-" in "worker-12". */
DETACHED uint32_t pools_name_family(const char *name);
/* The function that waits at @caller is one of those that are known to be
 * used for a queue behind the same mutex. */
DETACHED bool pools_name_guards(uint64_t caller);
/* Names the pool whose worker @task is; gives that name up when it is one of
 * threads, and another one of its workers, @task, has another. */
DETACHED void pools_name(struct pools_entry *e, struct task *task);
DETACHED void pools_name_check(struct pools_entry *e, struct task *task);

void pools_after_fork_child(void);

#endif
