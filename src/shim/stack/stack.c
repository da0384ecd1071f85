/*
 * stack - to come.
 */
#include "shim/stack/stack.h"
