/*
 * dwarf - to come.
 */
#include "tool/dwarf/dwarf.h"
