/*
 * memstats - to come.
 */
#include "shim/trace/memstats.h"
