/*
 * clock - to come.
 */
#include "common/base/clock.h"
