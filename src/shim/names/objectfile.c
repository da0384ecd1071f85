/*
 * objectfile - the file that an object was loaded from, and its symbols.
 */
#include "shim/names/objectfile.h"

#include <dlfcn.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/proc.h"
#include "common/base/sys.h"
#include "common/symbol/headers.h"
#include "common/symbol/image.h"
#include "shim/ticker/opener.h"

enum { PIECE = 4096, LINE_SPACE = OBJECTFILE_PATH_MAX + 128 };

/* The search for the mapping that holds @at. */
struct search {
	uintptr_t at;
	char *path;	/* OBJECTFILE_PATH_MAX; "" when it is not found */
	size_t len;	/* bytes in @line */
	char *line;	/* LINE_SPACE */
};

/* "start-end rwxp offset device inode   /path", with @n bytes; true when it is
 * the one. */
static bool
see_line(struct search *s, size_t n)
{
	static const char deleted[] = " (deleted)";
	const char *at = s->line, *path;
	uint64_t start, end;
	size_t len;

	s->line[n] = '\0';
	if (!parse_hex(&at, &start) || *at++ != '-' || !parse_hex(&at, &end) ||
	    s->at < start || s->at >= end)
		return false;
	path = strchr(at, '/');
	len = path != NULL ? strlen(path) : 0;
	if (len == 0 || len >= OBJECTFILE_PATH_MAX)
		return true;
	memcpy(s->path, path, len + 1);
	if (len > sizeof(deleted) && strcmp(s->path + len + 1 -
	    sizeof(deleted), deleted) == 0)
		s->path[len + 1 - sizeof(deleted)] = '\0';
	return true;
}

/* What is longer than a line is cut; its mapping is still seen. */
static bool
feed(struct search *s, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] != '\n') {
			if (s->len < LINE_SPACE - 1)
				s->line[s->len++] = text[i];
			continue;
		}
		if (see_line(s, s->len))
			return true;
		s->len = 0;
	}
	return false;
}

static void
search_maps(void *arg)
{
	struct search *s = arg;
	char piece[PIECE], line[LINE_SPACE];
	ssize_t got;
	int fd = sys_open("/proc/thread-self/maps", O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return;
	s->line = line;
	do {
		got = sys_read(fd, piece, sizeof(piece));
	} while (got > 0 && !feed(s, piece, (size_t)got));
	sys_close(fd);
}

/* The name as it is, or below the directory that the host is in now. */
static void
from_here(const char *name, char to[OBJECTFILE_PATH_MAX])
{
	struct buf b = { .data = to, .cap = OBJECTFILE_PATH_MAX };
	long n = name[0] == '/' ? 0 : sys_call2(SYS_getcwd, to,
	    OBJECTFILE_PATH_MAX);

	if (n > 1 && to[0] == '/') {
		b.len = (size_t)n - 1;
		buf_char(&b, '/');
		if (strncmp(name, "./", 2) == 0)
			name += 2;
	}
	buf_str(&b, name);
	buf_cstr(&b);
}

/* A descriptor's number means something else tomorrow. */
bool
objectfile_is_lasting(const char *name)
{
	return name[0] == '/' && strncmp(name, "/proc/", 6) != 0 &&
	    strncmp(name, "/dev/fd/", 8) != 0;
}

void
objectfile_path(const char *name, uintptr_t at, bool alone,
    char to[OBJECTFILE_PATH_MAX])
{
	struct search s = { .at = at, .path = to };

	to[0] = '\0';
	if (!objectfile_is_lasting(name))
		opener_run(search_maps, &s, alone);
	if (to[0] == '\0')
		from_here(name, to);
}

struct reading {
	const struct objectfile *of;
	struct headers headers;	/* count 0: not known */
	struct symbol_file *file;
};

/* Is @f, which was read from @fd, what is mapped? */
static bool
is_it(const struct reading *r, const struct symbol_file *f, int fd)
{
	const struct build_id *id = symbol_build_id(f);
	const struct build_id *want = r->of->build_id;

	if (id->len != want->len ||
	    memcmp(id->bytes, want->bytes, want->len) != 0)
		return false;
	return want->len != 0 || (r->headers.count != 0 &&
	    image_is_file(r->of->bias, &r->headers, fd));
}

static void
try_file(struct reading *r, const char *path)
{
	int err, fd;

	if (r->file != NULL || path[0] == '\0')
		return;
	fd = sys_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	if (fd < 0)
		return;
	r->file = symbol_open(fd, &err);
	if (r->file != NULL && !is_it(r, r->file, fd)) {
		symbol_close(r->file);
		r->file = NULL;
	}
	sys_close(fd);
}

/* The program may have been replaced or deleted by now. */
static void
read_files(void *arg)
{
	struct reading *r = arg;

	if (r->of->name[0] == '\0')
		try_file(r, "/proc/self/exe");
	try_file(r, r->of->path);
	try_file(r, r->of->name);
}

struct symbol_file *
objectfile_symbols(const struct objectfile *f, bool alone)
{
	struct reading r = { .of = f };
	struct dl_find_object piece;

	if (f->loaded && _dl_find_object((void *)f->start, &piece) == 0)
		headers_find(&piece, &r.headers);
	/* The vdso has no file. */
	if (strchr(f->path, '/') != NULL)
		opener_run(read_files, &r, alone);
	if (r.file == NULL && r.headers.count != 0)
		r.file = symbol_open_mapped(f->bias, &r.headers);
	return r.file;
}
