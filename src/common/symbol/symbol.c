/*
 * symbol - to come.
 */
#include "common/symbol/symbol.h"
