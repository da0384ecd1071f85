/*
 * fuzz_proc - kernel files may hold anything, names of the host's above all.
 *
 * sources: src/common/base
 */
#include <string.h>

#include "common/base/buf.h"
#include "common/base/proc.h"
#include "fuzz.h"

static void
parse_numbers(const char *text)
{
	const char *at = text;
	uint64_t v = 77;

	if (!parse_u64(&at, &v))
		must(v == 77 && at == text);
	else
		must(at > text);
	at = text;
	v = 77;
	if (!parse_hex(&at, &v))
		must(v == 77 && at == text);
	else
		must(at > text);
	v = 77;
	if (!proc_field(text, "Threads:", &v))
		must(v == 77);
}

static void
parse_stat(const char *text)
{
	struct proc_stat st;

	if (!proc_stat_parse(text, &st))
		return;
	must(memchr(st.name, '\0', sizeof(st.name)) != NULL);
	must(st.cpu >= -1);
}

/* What is clean stays as it is when it is cleaned again, and never leaves its
 * line or its buffer. */
static void
clean(const char *text, size_t size)
{
	char first[256], second[256];
	struct buf a = BUF(first), b = BUF(second);

	buf_clean(&a, text, size);
	must(a.len <= sizeof(first));
	for (size_t i = 0; i < a.len; i++)
		must((unsigned char)first[i] >= ' ' && first[i] != 0x7f);
	buf_clean(&b, first, a.len);
	must(a.len == b.len && memcmp(first, second, a.len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	parse_numbers(text);
	parse_stat(text);
	clean(text, size);
	free(text);
	return 0;
}
