/*
 * leak_places - loads an object by names and from places that do not last,
 * and lets it leak.
 *
 *	leak_places HOW OBJECT [close]
 *
 * HOW is what becomes of the file: see places[].  The object is a file in the
 * working directory, named without a slash; "close" unloads it before.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *object;
static int unload;

static void
check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "leak_places: %s failed\n", what);
	exit(3);
}

static void
run(const char *path)
{
	void *h = dlopen(path, RTLD_NOW);
	void (*plugin)(void);

	check(h != NULL, path);
	*(void **)&plugin = dlsym(h, "plugin_run");
	plugin();
	if (unload)
		dlclose(h);
}

static void
copy(int to)
{
	int from = open(object, O_RDONLY | O_CLOEXEC);
	struct stat st;

	check(from >= 0 && fstat(from, &st) == 0 && to >= 0 &&
	    sendfile(to, from, NULL, (size_t)st.st_size) == st.st_size,
	    "copy");
	close(from);
}

static void
run_copy(const char *name)
{
	int to = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	char path[64];

	copy(to);
	close(to);
	snprintf(path, sizeof(path), "./%s", name);
	run(path);
}

static void
run_descriptor(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	run(path);
	close(fd);
}

static void
stay(void)
{
	run_copy("copy.so");
}

static void
leave(void)
{
	run_copy("copy.so");
	check(chdir("/") == 0, "chdir");
}

static void
odd(void)
{
	run_copy("copy of it.so");
}

static void
descriptor(void)
{
	run_descriptor(open(object, O_RDONLY | O_CLOEXEC));
}

static void
nameless(void)
{
	int fd = memfd_create("plugin", MFD_CLOEXEC);

	copy(fd);
	run_descriptor(fd);
}

static void
deleted(void)
{
	run_copy("copy.so");
	unlink("copy.so");
}

static void
replaced(void)
{
	run_copy("copy.so");
	check(rename("other.so", "copy.so") == 0, "rename");
}

static void
outside(void)
{
	run_copy("copy.so");
	check(mkdir("root", 0755) == 0 && chroot("root") == 0 &&
	    chdir("/") == 0, "chroot");
}

static const struct {
	const char *name;
	void (*run)(void);
} places[] = {
	{ "stay", stay }, { "leave", leave }, { "odd", odd },
	{ "descriptor", descriptor }, { "nameless", nameless },
	{ "deleted", deleted }, { "replaced", replaced },
	{ "outside", outside },
};

int
main(int argc, char **argv)
{
	check(argc >= 3, "reading the arguments");
	object = argv[2];
	unload = argc > 3;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (strcmp(places[i].name, argv[1]) == 0) {
			places[i].run();
			return 0;
		}
	}
	return 2;
}
