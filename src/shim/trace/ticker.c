/*
 * ticker - to come.
 */
#include "shim/trace/ticker.h"
