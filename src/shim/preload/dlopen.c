/*
 * dlopen - RTLD_DEEPBIND taken out, and code that went away forgotten.
 */
#include "shim/preload/dlopen.h"

#include <dlfcn.h>
#include <stddef.h>

#include "common/base/attrs.h"
#include "shim/alloc/alloctrace.h"
#include "shim/preload/boot.h"
#include "shim/preload/real.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"
#include "shim/state/state.h"
#include "shim/tasks/unload.h"

DIAG_EXPORT int dlclose(void *handle);

void *dlopen_real[2];

void
dlopen_find(void)
{
	dlopen_real[0] = real_find("dlopen", NULL);
	dlopen_real[1] = real_find("dlmopen", NULL);
}

void
dlopen_start(void)
{
	dlopen_find();
}

/* Only where DIAG is set has the host agreed to hear from us. */
void
dlopen_note_deepbind(void)
{
	struct hook_scope scope;

	if (!boot_is_armed() || !hook_enter(&scope))
		return;
	sink_notice("deepbind", "dlopen: RTLD_DEEPBIND is ignored, so that all "
	    "of the process has one malloc");
	hook_leave(&scope);
}

int
dlclose(void *handle)
{
	static int (*real)(void *);
	int ret;

	real_once(real, "dlclose");
	if (real == NULL)
		return -1;
	if (!boot_is_armed())
		return real(handle);
	alloctrace_before_dlclose();
	unload_begin();
	ret = real(handle);
	unload_end();
	alloctrace_after_dlclose();
	stack_forget_code();
	return ret;
}
