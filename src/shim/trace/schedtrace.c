/*
 * schedtrace - to come.
 */
#include "shim/trace/schedtrace.h"
