/*
 * procfs_parse - the texts of the kernel's files.
 */
#include <string.h>

#include "common/base/proc.h"
#include "shim/proc/procfs.h"

bool
procfs_parse_schedstat(const char *text, struct procfs_sched *out)
{
	struct procfs_sched s;

	if (!parse_u64(&text, &s.run_ns) || !parse_u64(&text, &s.delay_ns) ||
	    !parse_u64(&text, &s.slices))
		return false;
	*out = s;
	return true;
}

/* "NUMBER 0xFIRST ..." in a call, "-1 ..." blocked outside one, "running". */
bool
procfs_parse_syscall(const char *text, long *nr, uint64_t *first)
{
	uint64_t number;

	*first = 0;
	*nr = -1;
	if (text[0] == '-')
		return true;
	if (!parse_u64(&text, &number))
		return false;
	*nr = (long)number;
	while (*text == ' ')
		text++;
	if (text[0] == '0' && text[1] == 'x')
		text += 2;
	return parse_hex(&text, first);
}

static bool
parse_0x(const char **text, uint64_t *value)
{
	while (**text == ' ')
		++*text;
	if ((*text)[0] == '0' && (*text)[1] == 'x')
		*text += 2;
	return parse_hex(text, value);
}

/* The stack pointer and the place are the last two of the line: after six
 * arguments in a call, right after the -1 outside one. */
bool
procfs_parse_blocked(const char *text, struct procfs_blocked *out)
{
	uint64_t value, number = 0;
	unsigned skip = 6;

	out->nr = -1;
	out->first = 0;
	if (text[0] == '-') {
		text += 2;
		skip = 0;
	} else if (!parse_u64(&text, &number)) {
		return false;
	} else {
		out->nr = (long)number;
	}
	for (unsigned i = 0; i < skip; i++) {
		if (!parse_0x(&text, &value))
			return false;
		if (i == 0)
			out->first = value;
	}
	return parse_0x(&text, &out->sp) && parse_0x(&text, &out->pc);
}

/* /proc/loadavg: "0.13 0.12 0.05 RUNNABLE/ALL LAST". */
bool
procfs_parse_runnable(const char *text, uint64_t *n)
{
	const char *slash = strchr(text, '/');

	if (slash == NULL)
		return false;
	while (slash > text && slash[-1] >= '0' && slash[-1] <= '9')
		slash--;
	return parse_u64(&slash, n);
}

/* The decimal number at @text with two decimals, as hundredths. */
static bool
parse_hundredths(const char *text, uint64_t *value)
{
	uint64_t whole;

	if (!parse_u64(&text, &whole))
		return false;

	uint64_t v = whole * 100;

	if (*text == '.') {
		if (text[1] >= '0' && text[1] <= '9') {
			v += 10u * (uint64_t)(text[1] - '0');
			if (text[2] >= '0' && text[2] <= '9')
				v += (uint64_t)(text[2] - '0');
		}
	}
	*value = v;
	return true;
}

/* /proc/pressure/cpu: "some avg10=2.40 avg60=...". */
bool
procfs_parse_pressure(const char *text, uint64_t *hundredths)
{
	static const char mark[] = "some avg10=";

	if (strncmp(text, mark, sizeof(mark) - 1) != 0)
		return false;
	return parse_hundredths(text + sizeof(mark) - 1, hundredths);
}

/* cpu.stat: throttled_usec in the unified hierarchy, throttled_time (in
 * nanoseconds) in the old one. */
bool
procfs_parse_throttled(const char *text, uint64_t *ns)
{
	uint64_t v;

	if (proc_field(text, "throttled_usec", &v)) {
		*ns = v * NS_PER_US;
		return true;
	}
	if (proc_field(text, "throttled_time", &v)) {
		*ns = v;
		return true;
	}
	return false;
}
