/*
 * runtime_loader - loads plug-ins that are in nobody's scope but their own,
 * and calls their plugin_main().
 *
 * Usage: runtime_loader PLUGIN...; POOL_LOG is a plug-in's first argument.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static char *args[] = { "plugin", NULL, NULL };

static int
call(const char *path)
{
	void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	int (*fn)(int, char **);

	if (plugin == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	fn = (int (*)(int, char **))dlsym(plugin, "plugin_main");
	return fn(args[1] != NULL ? 2 : 1, args);
}

int
main(int argc, char **argv)
{
	args[1] = getenv("POOL_LOG");
	for (int round = 0; round < 2 && (round == 0 || argc > 2); round++)
		for (int i = 1; i < argc; i++)
			printf("%d\n", call(argv[i]));
	printf("%s\n", dlerror() == NULL ? "no error" : "an error");
	return 0;
}
