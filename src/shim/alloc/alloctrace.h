/*
 * alloctrace - every allocation and free of the host: text, live blocks, leaks.
 *
 * Memory   live.h, frames.h, tracer.h: all mapped, all counted.
 * Threads  any; a block's entry belongs to whoever holds the block.
 * Fork     the child's live table goes on; its counters start from there.
 */
#ifndef DIAG_ALLOC_ALLOCTRACE_H
#define DIAG_ALLOC_ALLOCTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/attrs.h"
#include "common/options/options.h"
#include "shim/stack/stack.h"

struct thread;

/* The entry point the host called. */
enum alloc_entry {
	ENTRY_MALLOC, ENTRY_CALLOC, ENTRY_REALLOC, ENTRY_REALLOCARRAY,
	ENTRY_MEMALIGN, ENTRY_POSIX_MEMALIGN, ENTRY_ALIGNED_ALLOC, ENTRY_VALLOC,
	ENTRY_PVALLOC, ENTRY_MALLOCX, ENTRY_RALLOCX, ENTRY_NEW, ENTRY_NEW_ARRAY,
	ENTRY_FREE, ENTRY_CFREE, ENTRY_DALLOCX, ENTRY_SDALLOCX, ENTRY_DELETE,
	ENTRY_DELETE_ARRAY, ENTRY_XALLOCX, ENTRIES
};

int alloctrace_start(const struct options *opt);
/* From here on as @opt says, in a process that runs with control=1; the tape is
 * the recorder's business, and there already.  0 or a negative errno. */
DETACHED int alloctrace_change(const struct options *opt);

/* After an allocation of @size bytes succeeded, inside a hook scope.  @from is
 * how the host called. */
IN_HOOK void alloctrace_alloc(struct thread *t, void *p, size_t size,
    enum alloc_entry entry, const struct stack_origin *from);
/* Before @p is given back, inside a hook scope. */
IN_HOOK void alloctrace_free(struct thread *t, void *p,
    enum alloc_entry entry, const struct stack_origin *from);

/* A realloc in two steps around the real one: the block's entry is taken
 * before, and put back when it failed. */
struct alloc_moved {
	uint64_t size, time;	/* the old block's entry */
	uint64_t usable;	/* of the old block */
	uint64_t at_ns;		/* when its end began, with text */
	uint64_t stamp;		/* the same moment, for the tape */
	uint32_t stack;		/* of its allocation; 0 when it is not traced */
};
IN_HOOK void alloctrace_move_begin(struct thread *t, void *old,
    struct alloc_moved *m);
IN_HOOK void alloctrace_move_end(struct thread *t, void *old, void *new_,
    size_t size, enum alloc_entry entry, const struct stack_origin *from,
    const struct alloc_moved *m);

/* The leak summary (leaks=N groups), once per process, as the process ends;
 * also on the signal: then with @final false. */
void alloctrace_report(bool final);
/* It will look for what the host still points to: leakscan_from() is of use. */
bool alloctrace_scans(void);
/* After it, where another program is to take this one's place: says that one
 * more summary is due.  When none does, and so when this program's own summary
 * is to come again, that is said. */
void alloctrace_before_exec(void);
void alloctrace_goes_on(void);
/* One is due of the child @pid, which fork() or posix_spawn() has made; of the
 * program that exec brings in the child @pid of vfork(), whose memory is ours;
 * and not, as exec failed there.  They enter a hook scope of their own. */
void alloctrace_child(pid_t pid);
SIGNAL_SAFE void alloctrace_vfork_exec(pid_t pid);
SIGNAL_SAFE void alloctrace_vfork_failed(pid_t pid);
/* An event that could not be recorded: a signal handler interrupted our own
 * code (@inside), or too little of the stack was left. */
SIGNAL_SAFE void alloctrace_lost(bool inside);
/* A handler has jumped out of the recording of an event, on the thread of @t:
 * what it left half done is thrown away, and it counts as lost. */
IN_HOOK void alloctrace_mend(struct thread *t);
/* When such an event frees @p: the block must not stay in the table. */
SIGNAL_SAFE void alloctrace_forget(const void *p);

/* Around dlclose(), so that no stack is named after code that was not there.
 * They enter a hook scope of their own. */
void alloctrace_before_dlclose(void);
void alloctrace_after_dlclose(void);

void alloctrace_after_fork_child(void);

#endif
