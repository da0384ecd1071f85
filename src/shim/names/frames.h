/*
 * frames - a stack as lines of text.
 *
 * One line a frame, innermost first, in one grammar:
 *
 *	TAB [NAME+0xOFF SPACE] (MODULE+0xADDR)
 *	TAB ... N frames left out
 *	TAB ... cut
 *
 * ADDR is the return address as an address of the file (what addr2line takes,
 * after subtracting 1): address minus load bias.  NAME is the function that
 * holds the call, found at the return address minus 1, so that a call at the
 * very end of a function is named right; OFF is the return address minus its
 * start.  Without a symbol that covers the call, NAME+0xOFF is left out.
 * MODULE is as in the "module" line; an address in no object (code made at run
 * time) is written "(?+0xADDR)".  Frames of libdiag.so itself are not shown.
 * "N frames left out": the record would be too long for its sink.  "cut": the
 * walk ended before the outermost frame.
 *
 * A line is made once per place (return address and module) and copied from
 * then on.  The module
 * line of every frame is written before the first line that needs it.
 *
 * Memory   a table of return addresses that doubles, lines for ever.
 * Threads  readers need no lock.
 * Fork     frames_after_fork_child() resets the lock.
 */
#ifndef DIAG_NAMES_FRAMES_H
#define DIAG_NAMES_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/attrs.h"

/* Makes the table.  0 or a negative errno. */
int frames_start(void);

/* Room that a caller keeps for the places of a stack: not on the host's
 * stack, which may be small. */
struct frames_room {
	uintptr_t pc[512];
	uint32_t module[512];
};

/* Writes the lines of stack @stack at @to, at most @cap bytes; returns how
 * many. */
IN_HOOK size_t frames_text(char *to, size_t cap, uint32_t stack,
    struct frames_room *room);

void frames_after_fork_child(void);

#endif
