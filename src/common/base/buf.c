/*
 * buf - to come.
 */
#include "common/base/buf.h"
