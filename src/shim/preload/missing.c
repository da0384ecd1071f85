/*
 * missing - weak definitions of what other folders do not have yet.
 *
 * Each goes away with the file that brings the real one.
 */
#include "common/base/sys.h"
#include "shim/sink/sink.h"

#define WEAK __attribute__((weak))

WEAK bool
sink_put(const char *record, size_t len)
{
	return sys_write(2, record, len) == (ssize_t)len;
}

WEAK void
sink_notice(const char *cause, const char *fmt, ...)
{
	(void)cause;
	(void)fmt;
}

WEAK void
sink_say(const char *fmt, ...)
{
	(void)fmt;
}

WEAK bool
sink_gathers(void)
{
	return false;
}

WEAK void
sink_flush(void)
{
}
