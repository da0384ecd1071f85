/*
 * fuzz_options - any text may stand in DIAG.
 *
 * Whatever it is, the result is in its ranges, a complaint is one printable
 * line, and a text that was understood is understood again.
 *
 * sources: src/common/base src/common/options
 */
#include <string.h>

#include "common/base/buf.h"
#include "common/options/options.h"
#include "fuzz.h"

static int complaints;

static void
look_at(void *arg, const char *sentence)
{
	size_t len = strlen(sentence);

	must(len > 0 && len < 512);
	for (size_t i = 0; i < len; i++)
		must((unsigned char)sentence[i] >= ' ' && sentence[i] != 0x7f);
	complaints++;
}

static void
check(const struct options *opt)
{
	must(opt->gctrace <= 2 && opt->allocfreetrace <= 2);
	must(opt->scheddetail <= 1);
	must(opt->schedtrace_ns == 0 ||
	    (opt->schedtrace_ns >= 10 * NS_PER_MS &&
	    opt->schedtrace_ns <= 3600 * NS_PER_S));
	must(opt->depth >= 1 && opt->depth <= 512);
	must(opt->sample >= 1);
	must(opt->leaks >= -1);
	must(opt->signal >= 0 && opt->signal <= 64);
	must(memchr(opt->log, '\0', OPTION_PATH_MAX) != NULL);
	must(memchr(opt->tape, '\0', OPTION_PATH_MAX) != NULL);
	must((opt->memstats == MEMSTATS_PERIOD) == (opt->memstats_ns != 0) ||
	    opt->memstats != MEMSTATS_PERIOD);
}

static void
expand(const struct options *opt)
{
	char path[64];
	struct buf b = BUF(path);

	options_expand_path(&b, opt->log, 42, opt->tape, 1700000000);
	must(b.len <= sizeof(path));
	buf_cstr(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options once, again;
	char *text = malloc(size + 1);
	int first;

	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	complaints = 0;
	options_parse(&once, text, look_at, NULL);
	first = complaints;
	check(&once);
	expand(&once);
	options_parse(&again, text, look_at, NULL);
	must(complaints == 2 * first);
	must(once.gctrace == again.gctrace && once.signal == again.signal);
	options_parse(&again, text, NULL, NULL);
	free(text);
	return 0;
}
