/*
 * alloctrace - to come.
 */
#include "shim/trace/alloctrace.h"
