/*
 * proc - reading and parsing small kernel files.
 */
#include "common/base/proc.h"

#include <errno.h>
#include <string.h>

#include "common/base/sys.h"

/* Fields of stat that follow the name, counted from the state (field 3). */
enum {
	STAT_UTIME = 14, STAT_STIME = 15, STAT_THREADS = 20, STAT_START = 22,
	STAT_CPU = 39
};

/* Reads from @fd until its end or until @cap is full; length or -errno. */
static ssize_t
read_all(int fd, char *to, size_t cap)
{
	size_t len = 0;

	while (len < cap) {
		ssize_t n = sys_read(fd, to + len, cap - len);

		if (n == -EINTR)
			continue;
		if (n < 0)
			return n;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

ssize_t
proc_read(const char *path, char *to, size_t cap)
{
	ssize_t len;
	int fd;

	if (cap == 0)
		return -EINVAL;
	fd = sys_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0);
	if (fd < 0)
		return fd;
	len = read_all(fd, to, cap - 1);
	sys_close(fd);
	to[len < 0 ? 0 : len] = '\0';
	return len;
}

static const char *
skip_blanks(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* The value of the digit @c, or 16 when it is none. */
static unsigned
digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

/* A number too large for 64 bits is no number. */
static bool
parse_number(const char **at, uint64_t *value, unsigned base)
{
	const char *s = skip_blanks(*at);
	uint64_t v = 0;

	if (digit(*s) >= base)
		return false;
	for (; digit(*s) < base; s++)
		if (__builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, digit(*s), &v))
			return false;
	*value = v;
	*at = s;
	return true;
}

bool
parse_u64(const char **at, uint64_t *value)
{
	return parse_number(at, value, 10);
}

bool
parse_hex(const char **at, uint64_t *value)
{
	return parse_number(at, value, 16);
}

bool
proc_field(const char *text, const char *key, uint64_t *value)
{
	size_t len = strlen(key);

	while (text != NULL && *text != '\0') {
		if (strncmp(text, key, len) == 0) {
			text += len;
			return parse_u64(&text, value);
		}
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return false;
}

/* Copies the name between the first '(' and the last ')'; returns what
 * follows, or NULL. */
static const char *
take_name(const char *text, struct proc_stat *out)
{
	const char *open = strchr(text, '(');
	const char *close = strrchr(text, ')');
	size_t len;

	if (open == NULL || close == NULL || close <= open)
		return NULL;
	len = MIN((size_t)(close - open - 1), sizeof(out->name) - 1);
	memcpy(out->name, open + 1, len);
	out->name[len] = '\0';
	return close + 1;
}

/* Where field number @number of stat is to go, or NULL. */
static uint64_t *
place_of(struct proc_stat *out, uint64_t *cpu, int number)
{
	switch (number) {
	case STAT_UTIME:
		return &out->utime_ticks;
	case STAT_STIME:
		return &out->stime_ticks;
	case STAT_THREADS:
		return &out->num_threads;
	case STAT_START:
		return &out->start_ticks;
	case STAT_CPU:
		return cpu;
	default:
		return NULL;
	}
}

bool
proc_stat_parse(const char *text, struct proc_stat *out)
{
	const char *at = take_name(text, out);
	uint64_t cpu = UINT64_MAX;
	int number = 3;

	if (at == NULL)
		return false;
	at = skip_blanks(at);
	out->state = *at;
	while (number < STAT_CPU) {
		uint64_t *place = place_of(out, &cpu, ++number);

		while (*at != '\0' && *at != ' ')
			at++;
		at = skip_blanks(at);
		if (*at == '\0' || *at == '\n')
			break;
		if (place != NULL) {
			const char *field = at;

			if (!parse_u64(&field, place))
				return false;
		}
	}
	out->cpu = cpu > INT32_MAX ? -1 : (int)cpu;
	/* The loop ends before START only when the text does. */
	return number > STAT_START;
}
