/*
 * environ - what the environment says about us, and about our parent.
 */
#include "shim/preload/environ.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/sys.h"

static const char our_name[] = "libdiag.so";

enum { PARENT_ENVIRON_MAX = 256 * 1024 };

const char *
environ_get(const char *name)
{
	size_t n = strlen(name);

	for (char **e = environ; e != NULL && *e != NULL; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return *e + n + 1;
	return NULL;
}

static void
drop_variable(const char *name)
{
	size_t n = strlen(name);
	char **to = environ;

	for (char **e = environ; e != NULL && *e != NULL; e++)
		if (strncmp(*e, name, n) != 0 || (*e)[n] != '=')
			*to++ = *e;
	if (to != NULL)
		*to = NULL;
}

/* True when the entry of @n bytes at @s is a path of ours. */
static bool
is_our_entry(const char *s, size_t n)
{
	size_t base = n;

	while (base > 0 && s[base - 1] != '/')
		base--;
	return n - base >= sizeof(our_name) - 1 &&
	    memcmp(s + base, our_name, sizeof(our_name) - 1) == 0;
}

/* Takes our entries out of a list separated by colons or spaces. */
static void
drop_our_entries(char *list)
{
	char *to = list, *s = list;

	while (*s != '\0') {
		size_t n = strcspn(s, ": ");

		if (n > 0 && !is_our_entry(s, n)) {
			if (to != list)
				*to++ = ':';
			memmove(to, s, n);
			to += n;
		}
		s += n;
		if (*s != '\0')
			s++;
	}
	*to = '\0';
}

void
environ_leave(void)
{
	const char *found = environ_get("LD_PRELOAD");

	drop_variable("DIAG");
	if (found == NULL)
		return;
	drop_our_entries((char *)(uintptr_t)found);
	if (*found == '\0')
		drop_variable("LD_PRELOAD");
}

/* What two of our own kind have in common: DIAG, and us as a preload. */
static bool
says_traced(const char *text, size_t len)
{
	bool diag = false, preload = false;

	for (const char *s = text; s < text + len; s += strlen(s) + 1) {
		if (strncmp(s, "DIAG=", 5) == 0)
			diag = true;
		if (strncmp(s, "LD_PRELOAD=", 11) == 0 &&
		    strstr(s, our_name) != NULL)
			preload = true;
	}
	return diag && (preload || environ_get("LD_PRELOAD") == NULL);
}

static ssize_t
read_all(int fd, char *to, size_t cap)
{
	size_t len = 0;
	ssize_t n;

	while (len < cap && (n = sys_read(fd, to + len, cap - len)) > 0)
		len += (size_t)n;
	return (ssize_t)len;
}

bool
environ_parent_is_traced(void)
{
	char path[64];
	struct buf b = BUF(path);
	char *text = mem_map(PARENT_ENVIRON_MAX);
	bool traced;
	ssize_t n;
	int fd;

	if (text == NULL)
		return false;
	buf_printf(&b, "/proc/%d/environ", (int)sys_call1(SYS_getppid, 0));
	fd = sys_open(buf_cstr(&b), O_RDONLY | O_CLOEXEC, 0);
	/* Another user's, as after setuid() and exec: it may well be. */
	traced = fd == -EACCES || fd == -EPERM;
	n = fd < 0 ? 0 : read_all(fd, text, PARENT_ENVIRON_MAX - 1);
	if (fd >= 0)
		sys_close(fd);
	traced = traced || says_traced(text, (size_t)n);
	mem_unmap(text, PARENT_ENVIRON_MAX);
	return traced;
}
