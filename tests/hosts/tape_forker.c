/*
 * tape_forker - a parent and a child that each leak, and a child that becomes
 * another program.
 *
 *	tape_forker [exec]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void *volatile keep[2];

int
main(int argc, char **argv)
{
	pid_t child;

	keep[0] = malloc(111);
	child = fork();
	if (child == 0) {
		keep[1] = malloc(222);
		if (argc > 1 && strcmp(argv[1], "exec") == 0)
			execl("/bin/true", "true", (char *)NULL);
		return 0;
	}
	waitpid(child, NULL, 0);
	free(keep[0]);
	return 0;
}
