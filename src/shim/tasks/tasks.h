/*
 * tasks - one look at all threads of the host: who runs, who waits for a CPU,
 * who is idle, and what that cost them since the look before.
 *
 * A thread that announced a wait and has not ended it since the last look
 * cannot have run, and needs no look of its own.  The others are asked about
 * in /proc.  What a look may read is bounded; what could not be read is taken
 * from the look before, and @estimated says so.
 *
 * Memory   a mapped table by record index that grows; at most 1 KiB a thread.
 * Threads  the diag thread alone.
 * Fork     tasks_forget() in the child.
 */
#ifndef DIAG_TASKS_TASKS_H
#define DIAG_TASKS_TASKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "shim/proc/procfs.h"
#include "shim/sched/thread.h"

enum { TASKS_CPUS = 1024 };

struct task {
	struct thread *thread;	/* its record; may have changed hands */
	uint32_t generation;	/* of the record when this was filled */
	uint32_t look;		/* number of the last look that met it */
	pid_t tid;
	struct wait_copy wait;	/* WAIT_RUN: announced none */
	uint32_t seq_before;	/* of the wait at the look before */
	char state;		/* the kernel's letter; 0 never read */
	bool fresh;		/* @state is of this look, or follows from the
				 * wait */
	bool on_cpu;		/* state R: has a CPU, does not wait for one */
	bool passing;		/* ran when it was met, and began a wait before
				 * @state was read */
	bool gone;
	bool spins;
	bool met_before;	/* the look before this one met it, too */
	bool was_read;		/* run_ns and delay_ns are known */
	int cpu;		/* it last ran on; -1 not known */
	uint64_t run_ns, delay_ns;	/* since its birth, as last read */
	uint64_t ran_ns, delayed_ns;	/* between the last two looks */
	bool timed;		/* and all of the time between them */
	bool behind;		/* it ran since it was last read */
	uint64_t switches, switches_forced;	/* at its last T line */
	uint64_t lockwait_ns;	/* of its record, so far */
	uint64_t lockwaited_ns;	/* between the last two looks */
	uint64_t yields;
	uint64_t clock_ns;	/* its CPU clock a moment ago */
	struct procfs_blocked blocked;	/* where the kernel says it sleeps; @sp
					 * 0: not asked, or it does not */
	char name[32];
	uint32_t name_due, name_looks;	/* the look at which it is read again;
					 * so many after the last time */
	struct procfs_thread files;
};

struct tasks_look {
	uint64_t at_ns;
	unsigned threads;	/* those that tasks_each() shows: of the host,
				 * and there when they were looked at */
	bool threads_agreed;	/* the kernel counted as many */
	unsigned queued, idle, spinning;
	uint64_t delay_ns;	/* of all threads since the look before */
	uint64_t lockwait_ns;	/* since the start, waits going on included */
	bool kernel_tells;	/* there is a /proc to look into */
	bool delay_known;
	bool estimated;		/* not every thread could be looked at */
	uint64_t running_cpus[TASKS_CPUS / 64];
	uint16_t queued_on[TASKS_CPUS];
	unsigned cpus;		/* one past the largest number met */
};

/* Looks at all threads, spending at most about @budget_ns of CPU time on
 * reading, and never reading fewer than a handful of files. */
DETACHED void tasks_look(struct tasks_look *out, uint64_t budget_ns);

/* The threads met by the last look: calls @see for each. */
typedef void (*task_fn)(struct task *task, void *arg);
DETACHED void tasks_each(task_fn see, void *arg);

/* Sees to it that @task->name is set: reads it when no look has, or not lately,
 * as long as the last look's budget lasts; "?" when it is not known. */
DETACHED void tasks_name(struct task *task);

/* The time all threads have waited for locks since the start, waits that go on
 * at @now included. */
uint64_t tasks_lockwait(uint64_t now);

void tasks_forget(void);

#endif
