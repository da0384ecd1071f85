/*
 * inspect - can this command be traced?  Asked before it is started.
 */
#include "tool/cli/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/base/attrs.h"
#include "tool/cli/elfinfo.h"
#include "tool/cli/search.h"
#include "tool/cli/shebang.h"

/* The kernel follows that many interpreters of interpreters. */
enum { SCRIPT_DEPTH = 5 };

static bool examine(const char *path, struct inspect_target *t, int depth);

static bool refuse(struct inspect_target *t, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

static bool
refuse(struct inspect_target *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->why, sizeof(t->why), fmt, ap);
	va_end(ap);
	return false;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* A whole file, read-only. */
struct file_view {
	const uint8_t *data;
	size_t len;
};

static bool
view_open(struct file_view *v, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	*v = (struct file_view){ 0 };
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && st.st_size > 0) {
		void *p = mmap(NULL, (size_t)st.st_size, PROT_READ,
		    MAP_PRIVATE, fd, 0);

		if (p != MAP_FAILED)
			*v = (struct file_view){ p, (size_t)st.st_size };
	}
	close(fd);
	return true;
}

static void
view_close(struct file_view *v)
{
	if (v->data != NULL)
		munmap((void *)(uintptr_t)v->data, v->len);
}

/* The facts about this command itself: libdiag.so was built beside it, so
 * what can load it is what loads the command. */
static struct elfinfo
own_facts(void)
{
	struct elfinfo own = { 0 };
	struct file_view v;

	if (view_open(&v, "/proc/self/exe"))
		elfinfo_read(v.data, v.len, &own);
	view_close(&v);
	return own;
}

static bool
refuse_machine(struct inspect_target *t, const char *path,
    const struct elfinfo *e, const struct elfinfo *own)
{
	const char *theirs = elfinfo_machine_name(e->machine);
	const char *ours = elfinfo_machine_name(own->machine);

	return refuse(t, "%s: is a %u-bit program for %s; libdiag.so is "
	    "%u-bit for %s", path, e->bits,
	    theirs != NULL ? theirs : "another machine", own->bits,
	    ours != NULL ? ours : "this machine");
}

static bool
examine_loader(const char *path, struct inspect_target *t,
    const struct elfinfo *e, const struct elfinfo *own)
{
	if (strstr(base_name(e->interp), "ld-musl") != NULL)
		return refuse(t, "%s: is built for musl (%s); libdiag.so "
		    "needs glibc", path, e->interp);
	if (access(e->interp, X_OK) != 0)
		return refuse(t, "%s: its loader %s: %s", path, e->interp,
		    strerror(errno));
	if (own->interp[0] != '\0' &&
	    strcmp(base_name(e->interp), base_name(own->interp)) != 0)
		return refuse(t, "%s: asks for the loader %s; libdiag.so can "
		    "be loaded by glibc's %s only", path, e->interp,
		    base_name(own->interp));
	return true;
}

static bool
examine_elf(const char *path, struct inspect_target *t,
    const struct elfinfo *e)
{
	struct elfinfo own = own_facts();

	if (!e->native || e->machine != own.machine)
		return refuse_machine(t, path, e, &own);
	if (e->interp[0] == '\0' && !e->is_loader)
		return refuse(t, "%s: is statically linked: there is no "
		    "loader that could preload libdiag.so", path);
	if (e->interp[0] != '\0' && !examine_loader(path, t, e, &own))
		return false;
	if (e->sanitizer != NULL)
		return refuse(t, "%s: is built with %s, which must have the "
		    "allocator for itself", path, e->sanitizer);
	return true;
}

/* Does the program get rights that its caller does not have?  The loader
 * ignores preloads then; for a caller who has the rights already it would
 * not, but what is asked for is the same, so the answer is. */
static bool
examine_rights(const char *path, struct inspect_target *t,
    const struct stat *st)
{
	const char *what = NULL;

	if (st->st_mode & S_ISUID)
		what = "setuid";
	else if ((st->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		what = "setgid";
	else if (getxattr(path, "security.capability", NULL, 0) > 0)
		what = "marked with file capabilities";
	if (what == NULL)
		return true;
	return refuse(t, "%s: is %s: the loader keeps preloaded libraries out "
	    "of programs that gain rights (trace a copy without them)", path,
	    what);
}

/* Refuses a script because of its interpreter: "FILE: interpreter ...". */
static bool
refuse_script(const char *path, struct inspect_target *t)
{
	char inner[sizeof(t->why)];

	memcpy(inner, t->why, sizeof(inner));
	return refuse(t, "%.*s: its interpreter %.*s", PATH_MAX, path,
	    PATH_MAX + 200, inner);
}

/* @name as env in a first line finds it. */
static bool
examine_found(const char *name, struct inspect_target *t, int depth)
{
	char path[PATH_MAX];

	if (!search_path(name, path))
		return refuse(t, "%s: %s", name, search_why(name, errno));
	return examine(path, t, depth);
}

static bool
examine_script(const char *path, struct inspect_target *t,
    const struct shebang *s, int depth)
{
	if (depth >= SCRIPT_DEPTH)
		return refuse(t, "%s: too many interpreters of interpreters",
		    path);
	if (s->interp[0] == '\0')
		return refuse(t, "%s: its first line names no interpreter",
		    path);
	if (!examine(s->interp, t, depth + 1))
		return refuse_script(path, t);
	if (s->wipes_environment)
		return refuse(t, "%s: its first line starts %s without the "
		    "environment, so without LD_PRELOAD", path, s->program);
	if (s->program[0] != '\0' && !examine_found(s->program, t, depth + 1))
		return refuse_script(path, t);
	return true;
}

/* As shells do: no NUL near the start makes it text for /bin/sh. */
static bool
examine_text(const char *path, struct inspect_target *t,
    const struct file_view *v, int depth)
{
	if (v->len > 0 && memchr(v->data, '\0', MIN(v->len, 256)) != NULL)
		return refuse(t, "%s: is neither a program nor a script",
		    path);
	if (depth > 0)
		return refuse(t, "%s: is text without a #! line", path);
	t->by_shell = true;
	return examine("/bin/sh", t, depth + 1);
}

static bool
examine_bytes(const char *path, struct inspect_target *t,
    const struct stat *st, const struct file_view *v, int depth)
{
	struct shebang s;
	struct elfinfo e;

	if (shebang_read(v->data, v->len, &s))
		return examine_script(path, t, &s, depth);

	enum elfinfo_result r = elfinfo_read(v->data, v->len, &e);

	if (r == ELFINFO_NOT_ELF)
		return examine_text(path, t, v, depth);
	if (r == ELFINFO_DAMAGED)
		return refuse(t, "%s: its ELF headers are damaged", path);
	return examine_rights(path, t, st) && examine_elf(path, t, &e);
}

static bool
examine(const char *path, struct inspect_target *t, int depth)
{
	struct file_view v;
	struct stat st;

	if (stat(path, &st) != 0)
		return refuse(t, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return refuse(t, "%s: is a directory", path);
	if (!S_ISREG(st.st_mode))
		return refuse(t, "%s: is not a regular file", path);
	if (access(path, X_OK) != 0)
		return refuse(t, "%s: is not executable: %s", path,
		    strerror(errno));
	/* A file that may be executed but not read keeps its secret. */
	if (!view_open(&v, path))
		return examine_rights(path, t, &st);

	bool can = examine_bytes(path, t, &st, &v, depth);

	view_close(&v);
	return can;
}

bool
inspect_command(const char *command, struct inspect_target *t)
{
	*t = (struct inspect_target){ 0 };
	if (!search_path(command, t->path))
		return refuse(t, "%s: %s", command,
		    search_why(command, errno));
	return examine(t->path, t, 0);
}
