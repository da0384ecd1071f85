/*
 * dlopen_deep - opens a library by the RUNPATH of this program, and with
 * RTLD_DEEPBIND; blocks cross between the two.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main(void)
{
	void *lib = dlopen("libdeep_plugin.so", RTLD_NOW | RTLD_DEEPBIND);
	char *(*give)(void);
	void (*take)(char *);
	char *p;

	if (lib == NULL) {
		printf("%s\n", dlerror());
		return 1;
	}
	*(void **)&give = dlsym(lib, "give");
	*(void **)&take = dlsym(lib, "take");
	p = give();
	printf("%s\n", p);
	free(p);
	take(strdup("crossed"));
	printf("close %d\n", dlclose(lib));
	return 0;
}
