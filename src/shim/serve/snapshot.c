/*
 * snapshot - the reports that are made on demand, in their order.
 */
#include "shim/serve/snapshot.h"

#include "shim/sink/sink.h"
#include "shim/trace/alloctrace.h"
#include "shim/trace/memstats.h"
#include "shim/trace/schedtrace.h"

void
snapshot_print(void)
{
	memstats_dump();
	schedtrace_now();
	alloctrace_report(false);
	sink_flush();
}
