/*
 * change - a request of "diag ctl": what is on, in a running process.
 *
 * A request is empty (what is on?), "report" (snapshot.h), or items of DIAG.
 * The answer's last line has the items in force as DIAG would have them; each
 * line before it begins with "error: ", and then nothing has changed.
 *
 * Memory   static.
 * Threads  the diag thread.
 * Fork     the child keeps its options.
 */
#ifndef DIAG_SERVE_CHANGE_H
#define DIAG_SERVE_CHANGE_H

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "common/options/options.h"

/* Does what @request says, with the options in force at @opt. */
DETACHED void change_answer(struct options *opt, const char *request,
    struct buf *answer);

/* Around a fork: no change is half made in the child.  One that takes longer
 * than a second is not waited for; a report is not waited for at all. */
void change_before_fork(void);
void change_after_fork_parent(void);
void change_after_fork_child(void);

#endif
