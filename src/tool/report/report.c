/*
 * report - what a log or a tape says, read once and then asked.
 */
#include "tool/report/report.h"

#include "tool/report/logreader.h"
#include "tool/report/tapereader.h"

int
report_read(struct model *m, const char *path, struct readnotes *notes)
{
	if (tapereader_is_tape(path))
		return tapereader_read(m, path, notes);
	return logreader_read(m, path, notes);
}

int
report_open(struct report *r, const char *path,
    const struct report_options *opt)
{
	*r = (struct report){ .path = path, .opt = *opt };
	suppress_standard(&r->suppress);
	model_start(&r->m);
	names_start(&r->names, &r->m, opt->source);

	int err = report_read(&r->m, path, &r->notes);

	model_end(&r->m);
	return err;
}

void
report_drop(struct report *r)
{
	readnotes_drop(&r->notes);
	suppress_drop(&r->suppress);
	names_drop(&r->names);
	model_drop(&r->m);
}
