/*
 * sink - to come.
 */
#include "shim/sink/sink.h"
