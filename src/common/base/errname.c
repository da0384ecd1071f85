/*
 * errname - to come.
 */
#include "common/base/errname.h"
