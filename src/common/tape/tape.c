/*
 * tape - to come.
 */
#include "common/tape/tape.h"
