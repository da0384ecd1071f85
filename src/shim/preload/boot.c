/*
 * boot - to come.
 */
#include "shim/preload/boot.h"
