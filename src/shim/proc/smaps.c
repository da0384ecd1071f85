/*
 * smaps - /proc/self/maps and /proc/self/smaps, a line at a time.
 */
#include "shim/proc/smaps.h"

#include <errno.h>
#include <string.h>

#include "common/base/proc.h"
#include "common/base/sys.h"

enum { PIECE = 16384 };

void
smaps_begin(struct smaps *s, smaps_fn see, void *arg)
{
	memset(s, 0, sizeof(*s));
	s->see = see;
	s->arg = arg;
}

static void
hand_over(struct smaps *s)
{
	if (s->open)
		s->see(s->arg, &s->vma);
	s->open = false;
}

/* Moves *@at past @c; false when something else is there. */
static bool
past(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* "08:01 1234   /usr/bin/name": device, inode, name. */
static bool
parse_file(const char *at, struct smaps_vma *v)
{
	uint64_t major, minor;

	if (!parse_hex(&at, &major) || !past(&at, ':') ||
	    !parse_hex(&at, &minor) || !past(&at, ' ') ||
	    !parse_u64(&at, &v->inode))
		return false;
	v->device = major << 32 | (minor & 0xffffffff);
	while (*at == ' ')
		at++;
	for (size_t i = 0; i < SMAPS_NAME_MAX - 1 && at[i] != '\0'; i++)
		v->name[i] = at[i];
	return true;
}

/* "start-end rwxp offset device inode name" */
static bool
parse_head(const char *at, struct smaps_vma *v)
{
	uint64_t offset;
	const char *perm;

	memset(v, 0, sizeof(*v));
	if (!parse_hex(&at, &v->start) || !past(&at, '-') ||
	    !parse_hex(&at, &v->end) || !past(&at, ' ') || v->end < v->start)
		return false;
	perm = at;
	if (strnlen(at, 5) != 5 || at[4] != ' ')
		return false;
	at += 5;
	v->readable = perm[0] == 'r';
	v->writable = perm[1] == 'w';
	v->executable = perm[2] == 'x';
	v->shared = perm[3] == 's';
	return parse_hex(&at, &offset) && past(&at, ' ') && parse_file(at, v);
}

/* "Rss:                1234 kB" */
static void
parse_size(const char *line, struct smaps_vma *v)
{
	const char *at = strchr(line, ':');
	size_t n = at == NULL ? 0 : (size_t)(at - line);
	uint64_t kib, *to;

	if (n == 3 && memcmp(line, "Rss", n) == 0)
		to = &v->rss;
	else if (n == 9 && memcmp(line, "Anonymous", n) == 0)
		to = &v->anonymous;
	else if (n == 4 && memcmp(line, "Swap", n) == 0)
		to = &v->swap;
	else
		return;
	for (at++; *at == ' '; at++)
		;
	if (parse_u64(&at, &kib))
		*to = kib <= UINT64_MAX / 1024 ? kib * 1024 : UINT64_MAX;
}

/* "VmFlags: rd wr mr um ..." */
static void
parse_flags(const char *at, struct smaps_vma *v)
{
	while ((at = strchr(at, ' ')) != NULL) {
		at++;
		if (at[0] == 'u' && (at[1] == 'm' || at[1] == 'i') &&
		    (at[2] == ' ' || at[2] == '\0'))
			v->by_user = true;
	}
}

static void
parse_detail(const char *line, struct smaps_vma *v)
{
	if (strncmp(line, "VmFlags:", 8) == 0)
		parse_flags(line, v);
	else
		parse_size(line, v);
}

/* A line of sizes begins with a capital letter, and a head with an address. */
static void
see_line(struct smaps *s)
{
	struct smaps_vma v;

	s->line[s->len] = '\0';
	s->len = 0;
	if (s->line[0] >= 'A' && s->line[0] <= 'Z') {
		if (s->open)
			parse_detail(s->line, &s->vma);
		return;
	}
	hand_over(s);
	s->open = parse_head(s->line, &v);
	if (s->open)
		s->vma = v;
}

void
smaps_feed(struct smaps *s, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n') {
			see_line(s);
			continue;
		}
		/* Only a name makes a line long: its end is not needed. */
		if (s->len < sizeof(s->line) - 1)
			s->line[s->len++] = text[i];
	}
}

void
smaps_end(struct smaps *s)
{
	if (s->len != 0)
		see_line(s);
	hand_over(s);
}

int
smaps_read(const char *path, smaps_fn see, void *arg)
{
	static char piece[PIECE];	/* one reader at a time: see rss.h */
	int fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	struct smaps s;
	ssize_t n;

	if (fd < 0)
		return fd;
	smaps_begin(&s, see, arg);
	while ((n = sys_read(fd, piece, sizeof(piece))) > 0 || n == -EINTR)
		if (n > 0)
			smaps_feed(&s, piece, (size_t)n);
	smaps_end(&s);
	sys_close(fd);
	return n < 0 ? (int)n : 0;
}
