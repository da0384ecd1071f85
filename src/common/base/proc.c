/*
 * proc - to come.
 */
#include "common/base/proc.h"
