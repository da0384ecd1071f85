/*
 * lock - to come.
 */
#include "common/base/lock.h"
