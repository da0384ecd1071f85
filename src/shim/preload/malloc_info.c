/*
 * malloc_info - glibc's figures and switches for the heap, told of jemalloc's.
 *
 * These run because the host called them: malloc_stats() and malloc_info()
 * print where the host expects it, through the host's stdio.
 */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/base/attrs.h"
#include "common/base/buf.h"
#include "shim/heap/heap.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

DIAG_EXPORT struct mallinfo mallinfo(void);
DIAG_EXPORT struct mallinfo2 mallinfo2(void);
DIAG_EXPORT int mallopt(int param, int value);
DIAG_EXPORT int malloc_trim(size_t pad);
DIAG_EXPORT void malloc_stats(void);
DIAG_EXPORT int malloc_info(int options, FILE *to);

/* glibc's words for jemalloc's figures: its fast bins are the thread caches,
 * its top is what a trim would give back. */
struct mallinfo2
mallinfo2(void)
{
	struct mallinfo2 info;
	struct heap_stats s;
	int saved = errno;

	memset(&info, 0, sizeof(info));
	if (heap_stats(&s) == 0) {
		info.arena = s.active + s.dirty + s.muzzy;
		info.uordblks = s.allocated - s.tcache_bytes;
		info.fordblks = info.arena - info.uordblks;
		info.fsmblks = s.tcache_bytes;
		info.keepcost = s.dirty + s.muzzy;
	}
	errno = saved;
	return info;
}

struct mallinfo
mallinfo(void)
{
	struct mallinfo2 wide = mallinfo2();

	return (struct mallinfo){
	    .arena = (int)wide.arena,
	    .uordblks = (int)wide.uordblks,
	    .fordblks = (int)wide.fordblks,
	    .fsmblks = (int)wide.fsmblks,
	    .keepcost = (int)wide.keepcost,
	};
}

/* glibc accepts what it does not know; M_MXFAST alone has a range. */
int
mallopt(int param, int value)
{
	if (param == M_MXFAST)
		return value >= 0 && (size_t)value <= 80 * sizeof(size_t) / 4;
	return 1;
}

int
malloc_trim(size_t pad)
{
	struct heap_stats before, after;
	int saved = errno;
	int released = 0;

	if (heap_stats(&before) == 0 && heap_purge() == 0 &&
	    heap_stats(&after) == 0)
		released = after.purged_pages > before.purged_pages;
	errno = saved;
	return released;
}

static void
put(FILE *to, const struct buf *b)
{
	fwrite(b->data, 1, b->len, to);
}

void
malloc_stats(void)
{
	struct mallinfo2 info = mallinfo2();
	char text[512];
	struct buf b = BUF(text);
	int cancel;

	buf_printf(&b, "Arena 0:\n"
	    "system bytes     = %10zu\nin use bytes     = %10zu\n"
	    "Total (incl. mmap):\n"
	    "system bytes     = %10zu\nin use bytes     = %10zu\n"
	    "max mmap regions = %10u\nmax mmap bytes   = %10lu\n",
	    info.arena, info.uordblks, info.arena, info.uordblks, 0u, 0ul);
	/* Not a cancellation point, in glibc either. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	put(stderr, &b);
	pthread_setcancelstate(cancel, NULL);
}

static void
tell_class(FILE *to, const struct heap_size_class *c)
{
	char text[160];
	struct buf b = BUF(text);

	if (c->live == 0)
		return;
	buf_printf(&b, "<size from=\"%lu\" to=\"%lu\" total=\"%lu\" "
	    "count=\"%lu\"/>\n", (unsigned long)c->size,
	    (unsigned long)c->size, (unsigned long)(c->size * c->live),
	    (unsigned long)c->live);
	put(to, &b);
}

static void
tell_totals(FILE *to, const struct mallinfo2 *info)
{
	char text[512];
	struct buf b = BUF(text);

	buf_printf(&b, "</sizes>\n"
	    "<total type=\"fast\" count=\"0\" size=\"%zu\"/>\n"
	    "<total type=\"rest\" count=\"0\" size=\"%zu\"/>\n"
	    "<system type=\"current\" size=\"%zu\"/>\n"
	    "<system type=\"max\" size=\"%zu\"/>\n"
	    "<aspace type=\"total\" size=\"%zu\"/>\n"
	    "<aspace type=\"mprotect\" size=\"%zu\"/>\n</heap>\n",
	    info->fsmblks, info->fordblks - info->fsmblks, info->arena,
	    info->arena, info->arena, info->arena);
	buf_printf(&b, "<total type=\"fast\" count=\"0\" size=\"%zu\"/>\n",
	    info->fsmblks);
	put(to, &b);
}

static void
tell_end(FILE *to, const struct mallinfo2 *info)
{
	char text[512];
	struct buf b = BUF(text);

	buf_printf(&b, "<total type=\"rest\" count=\"0\" size=\"%zu\"/>\n"
	    "<total type=\"mmap\" count=\"0\" size=\"0\"/>\n"
	    "<system type=\"current\" size=\"%zu\"/>\n"
	    "<system type=\"max\" size=\"%zu\"/>\n"
	    "<aspace type=\"total\" size=\"%zu\"/>\n"
	    "<aspace type=\"mprotect\" size=\"%zu\"/>\n</malloc>\n",
	    info->fordblks - info->fsmblks, info->arena, info->arena,
	    info->arena, info->arena);
	put(to, &b);
}

int
malloc_info(int options, FILE *to)
{
	struct heap_size_class classes[64];
	struct mallinfo2 info;
	unsigned n;

	if (options != 0)
		return EINVAL;
	info = mallinfo2();
	n = heap_size_classes(classes, 64);
	fputs("<malloc version=\"1\">\n<heap nr=\"0\">\n<sizes>\n", to);
	for (unsigned i = 0; i < n; i++)
		tell_class(to, &classes[i]);
	tell_totals(to, &info);
	tell_end(to, &info);
	return 0;
}
