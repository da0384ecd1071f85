/*
 * report - what a log or a tape says, read once and then asked.
 */
#include "tool/report/report.h"

int
report_open(struct report *r, const char *path,
    const struct report_options *opt)
{
	*r = (struct report){ .path = path, .opt = *opt };
	suppress_standard(&r->suppress);
	model_start(&r->m);
	names_start(&r->names, &r->m, opt->source);

	int err = logreader_read(&r->m, path, &r->notes);

	model_end(&r->m);
	return err;
}

void
report_drop(struct report *r)
{
	logreader_notes_drop(&r->notes);
	suppress_drop(&r->suppress);
	names_drop(&r->names);
	model_drop(&r->m);
}
