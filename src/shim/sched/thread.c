/*
 * thread - to come.
 */
#include "shim/sched/thread.h"
