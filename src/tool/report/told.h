/*
 * told - what leak summaries say of each stack, taken together.
 *
 * Memory   an entry per node of the model; the caller's to free.
 * Threads  one.
 * Fork     nothing to do.
 */
#ifndef DIAG_REPORT_TOLD_H
#define DIAG_REPORT_TOLD_H

#include <stdio.h>

#include "tool/report/groups.h"
#include "tool/report/report.h"

/* What the summaries say, by node.  Groups older than @after_ns are left
 * out. */
struct told_leak *told_by_node(const struct model *m, uint64_t after_ns);

/* The log has events, but of fewer allocations than its summaries: they were
 * traced for a part of the time.  Not with a filter for single blocks. */
bool told_knows_more(const struct report *r);
/* Adds to @g, which has a group for each site, what @told, of @nodes, knows of
 * more blocks. */
void told_add(struct groups *g, const struct told_leak *told, size_t nodes);

/* Tells what of @g is lost and how, where @told counts the same blocks as the
 * group; takes out what is still pointed to, unless @reachable. */
void told_judge(struct groups *g, const struct told_leak *told,
    bool reachable);

/* What was never freed according to the sums of a log, and is in none of the
 * groups that it lists. */
struct amount told_unlisted(const struct report *r);
/* The sentence about it, when there is any. */
void told_print_unlisted(const struct report *r, FILE *to);

#endif
