/*
 * deep_plugin - gives a block, takes a block.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *give(void);
void take(char *p);

char *
give(void)
{
	return strdup("from the plugin");
}

void
take(char *p)
{
	printf("%s\n", p);
	free(p);
}
