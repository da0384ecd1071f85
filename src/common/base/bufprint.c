/*
 * bufprint - buf_printf(), our own small printf.
 *
 * What it does not know it prints as it stands, so that a mistake is seen and
 * nothing is read from the arguments that is not there.
 */
#include <string.h>

#include "common/base/buf.h"

/* One conversion: %[-][0][width][.precision][l|ll|z|j]letter. */
struct spec {
	bool left, zeros;
	unsigned width;
	int precision;		/* -1: none */
	bool wide;		/* a 64-bit argument */
	char letter;
};

enum { WIDTH_MAX = 1024 };

/* Reads a number at *@at, not more than WIDTH_MAX. */
static unsigned
take_number(const char **at)
{
	unsigned n = 0;

	for (; **at >= '0' && **at <= '9'; ++*at)
		if (n < WIDTH_MAX)
			n = n * 10 + (unsigned)(**at - '0');
	return MIN(n, (unsigned)WIDTH_MAX);
}

static void
take_flags(const char **at, struct spec *spec)
{
	for (;; ++*at) {
		if (**at == '-')
			spec->left = true;
		else if (**at == '0')
			spec->zeros = true;
		else
			return;
	}
}

/* Takes @n, a number given by '*', as the width. */
static void
width_of_argument(struct spec *spec, int n)
{
	spec->left = spec->left || n < 0;
	spec->width = MIN(n < 0 ? 0u - (unsigned)n : (unsigned)n,
	    (unsigned)WIDTH_MAX);
}

/* All integers wider than int have 64 bits here. */
static void
take_length(const char **at, struct spec *spec)
{
	while (**at != '\0' && strchr("ljzt", **at) != NULL) {
		spec->wide = true;
		++*at;
	}
}

/* Puts @n bytes at @s, with @sign in front, into the field of @spec. */
static void
put_field(struct buf *b, const struct spec *spec, const char *sign,
    const char *s, size_t n)
{
	size_t used = strlen(sign) + n;
	size_t pad = used < spec->width ? spec->width - used : 0;
	bool zeros = spec->zeros && !spec->left;

	for (size_t i = 0; !zeros && !spec->left && i < pad; i++)
		buf_char(b, ' ');
	buf_str(b, sign);
	for (size_t i = 0; zeros && i < pad; i++)
		buf_char(b, '0');
	buf_bytes(b, s, n);
	for (size_t i = 0; spec->left && i < pad; i++)
		buf_char(b, ' ');
}

static void
put_text(struct buf *b, const struct spec *spec, const char *s)
{
	struct spec plain = *spec;

	if (s == NULL)
		s = "(null)";
	plain.zeros = false;
	put_field(b, &plain, "", s, spec->precision < 0 ? strlen(s) :
	    strnlen(s, (size_t)spec->precision));
}

static void
put_number(struct buf *b, const struct spec *spec, const char *sign,
    uint64_t v)
{
	char digits[24];
	struct buf text = BUF(digits);

	if (spec->letter == 'x' || spec->letter == 'p')
		buf_hex(&text, v, 1);
	else
		buf_u64(&text, v);
	put_field(b, spec, sign, text.data, text.len);
}

/* A va_list in a struct can be handed on by address. */
struct args {
	va_list list;
};

static void
put_signed(struct buf *b, const struct spec *spec, struct args *args)
{
	int64_t v = spec->wide ? va_arg(args->list, int64_t) :
	    va_arg(args->list, int);

	put_number(b, spec, v < 0 ? "-" : "", v < 0 ? -(uint64_t)v :
	    (uint64_t)v);
}

static void
put_unsigned(struct buf *b, const struct spec *spec, struct args *args)
{
	put_number(b, spec, "", spec->wide ? va_arg(args->list, uint64_t) :
	    va_arg(args->list, unsigned));
}

/* Prints one argument; false when the letter is unknown. */
static bool
put_argument(struct buf *b, const struct spec *spec, struct args *args)
{
	char c;

	switch (spec->letter) {
	case 's':
		put_text(b, spec, va_arg(args->list, const char *));
		return true;
	case 'c':
		c = (char)va_arg(args->list, int);
		put_field(b, spec, "", &c, 1);
		return true;
	case 'd':
	case 'i':
		put_signed(b, spec, args);
		return true;
	case 'u':
	case 'x':
		put_unsigned(b, spec, args);
		return true;
	case 'p':
		put_number(b, spec, "0x",
		    (uintptr_t)va_arg(args->list, void *));
		return true;
	default:
		return false;
	}
}

/* Reads the conversion that follows a '%' at *@at. */
static void
take_spec(const char **at, struct spec *spec, struct args *args)
{
	*spec = (struct spec){ .precision = -1 };
	take_flags(at, spec);
	if (**at == '*') {
		width_of_argument(spec, va_arg(args->list, int));
		++*at;
	} else {
		spec->width = take_number(at);
	}
	if (**at == '.') {
		++*at;
		if (**at == '*') {
			spec->precision = va_arg(args->list, int);
			++*at;
		} else {
			spec->precision = (int)take_number(at);
		}
	}
	take_length(at, spec);
	spec->letter = **at;
	if (**at != '\0')
		++*at;
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	struct args args;
	const char *at = fmt;

	va_copy(args.list, ap);
	while (*at != '\0') {
		const char *percent = strchr(at, '%');
		struct spec spec;

		if (percent == NULL) {
			buf_str(b, at);
			break;
		}
		buf_bytes(b, at, (size_t)(percent - at));
		at = percent + 1;
		take_spec(&at, &spec, &args);
		if (spec.letter == '%')
			buf_char(b, '%');
		else if (!put_argument(b, &spec, &args))
			buf_bytes(b, percent, (size_t)(at - percent));
	}
	va_end(args.list);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}
