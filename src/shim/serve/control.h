/*
 * control - the socket of "diag ctl" (control=1).
 *
 * An abstract Unix socket, "diag/PID", that the diag thread listens on: there
 * is no file, and no descriptor of the host's.  It looks ten times a second; a
 * client sends one line and gets an answer (change.h), then the end of file.
 * Whoever is not root, nor the user that the process runs as, gets a refusal.
 * A few clients at a time have two seconds each; none makes another one wait.
 *
 * Memory   static.
 * Threads  its job runs on the diag thread.
 * Fork     the child's diag thread opens a socket of its own.
 */
#ifndef DIAG_SERVE_CONTROL_H
#define DIAG_SERVE_CONTROL_H

#include "common/options/options.h"

/* Listens from the next tick on; requests change @opt, the options in force.
 * 0 or a negative errno. */
int control_start(struct options *opt);
void control_after_fork_child(void);

#endif
