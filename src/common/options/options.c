/*
 * options - to come.
 */
#include "common/options/options.h"
