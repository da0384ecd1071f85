/*
 * mem - to come.
 */
#include "common/base/mem.h"
