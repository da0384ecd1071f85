/*
 * say - messages of the command to its user.
 */
#include "tool/cli/say.h"

#include <stdarg.h>
#include <stdio.h>

static void print_line(const char *fmt, va_list ap) PRINTF_LIKE(1, 0);

static void
print_line(const char *fmt, va_list ap)
{
	fflush(stdout);
	fputs("diag: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void
say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(fmt, ap);
	va_end(ap);
}

int
say_misuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line(fmt, ap);
	va_end(ap);
	return EXIT_MISUSE;
}
