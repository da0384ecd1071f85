/*
 * smaps - /proc/self/maps and /proc/self/smaps, a line at a time.
 *
 * The kernel's text is read in pieces into a small buffer, and each mapping is
 * handed to a callback when its last line has been seen.  The parser believes
 * nothing: a line that is not as expected is skipped, numbers that would
 * overflow stop at the largest.
 *
 * Memory   the caller's struct.
 * Threads  one owner.
 * Fork     nothing to do.
 */
#ifndef DIAG_PROC_SMAPS_H
#define DIAG_PROC_SMAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

enum { SMAPS_NAME_MAX = 64 };

/* One mapping; sizes in bytes, what is below @name 0 when read from maps. */
struct smaps_vma {
	uint64_t start, end;
	bool readable, writable, executable, shared;
	uint64_t device, inode;		/* device: major << 32 | minor */
	char name[SMAPS_NAME_MAX];	/* how it begins; "" anonymous */
	uint64_t rss, anonymous, swap;
	bool by_user;			/* who touches a page may wait for a
					   userfaultfd's reader */
};

typedef void (*smaps_fn)(void *arg, const struct smaps_vma *v);

struct smaps {
	smaps_fn see;
	void *arg;
	bool open;		/* @vma is being filled */
	struct smaps_vma vma;
	size_t len;		/* bytes in @line */
	char line[256];		/* what is not a whole line yet */
};

void smaps_begin(struct smaps *s, smaps_fn see, void *arg);
/* The next @n bytes of the file. */
void smaps_feed(struct smaps *s, const char *text, size_t n);
/* There is no more: the last mapping is handed over. */
void smaps_end(struct smaps *s);

/* Reads the whole file at @path through the above; 0 or a negative errno. */
DETACHED int smaps_read(const char *path, smaps_fn see, void *arg);

#endif
