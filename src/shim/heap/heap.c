/*
 * heap - to come.
 */
#include "shim/heap/heap.h"
