/*
 * gctrace - to come.
 */
#include "shim/trace/gctrace.h"
