/*
 * state - to come.
 */
#include "shim/state/state.h"
