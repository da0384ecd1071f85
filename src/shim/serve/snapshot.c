/*
 * snapshot - the reports that are made on demand, in their order.
 */
#include "shim/serve/snapshot.h"

#include "shim/alloc/alloctrace.h"
#include "shim/gc/memstats.h"
#include "shim/schedtrace/schedtrace.h"
#include "shim/sink/sink.h"

void
snapshot_print(void)
{
	memstats_dump();
	schedtrace_now();
	alloctrace_report(false);
	sink_flush();
}
