/*
 * leak_dlopen - loads objects one after the other, lets each leak, unloads it.
 *
 *	leak_dlopen OBJECT...
 *
 * They tend to come to lie at the same address.
 */
#include <dlfcn.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		void *h = dlopen(argv[i], RTLD_NOW);
		void (*run)(void);

		if (h == NULL)
			return 3;
		*(void **)&run = dlsym(h, "plugin_run");
		run();
		dlclose(h);
	}
	return 0;
}
