/*
 * exit - the exits that run no handlers.
 */
#include <stdlib.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "common/base/sys.h"
#include "shim/preload/life.h"

DIAG_EXPORT NORETURN void _exit(int status);
DIAG_EXPORT NORETURN void _Exit(int status);

void
_exit(int status)
{
	life_end(WAY__EXIT);
	for (;;)
		sys_call1(SYS_exit_group, status);
}

void
_Exit(int status)
{
	_exit(status);
}
