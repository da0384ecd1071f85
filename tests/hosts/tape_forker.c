/*
 * tape_forker - a parent and a child that each leak, and a child that becomes
 * another program.
 *
 *	tape_forker [exec|many]
 *
 * With "many" the parent has had tens of thousands of stacks before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void *volatile keep[2];

enum { LEVELS = 15 };

static __attribute__((noinline, noclone)) int go(unsigned path, unsigned level);

/* Two functions that go one level deeper; the bits of @path say which of them
 * is called at each. */
#define GO_ON(name)							\
static __attribute__((noinline, noclone)) int				\
name(unsigned path, unsigned level)					\
{									\
	int sum = go(path, level);					\
									\
	__asm__ volatile("" : "+r"(sum) :: "memory");			\
	return sum + 1;							\
}
GO_ON(left)
GO_ON(right)

static int
go(unsigned path, unsigned level)
{
	if (level == 0) {
		keep[1] = malloc(10);
		free(keep[1]);
		return 0;
	}
	if ((path & 1) != 0)
		return left(path >> 1, level - 1) + 1;
	return right(path >> 1, level - 1) + 2;
}

int
main(int argc, char **argv)
{
	volatile int sum = 0;
	pid_t child;

	if (argc > 1 && strcmp(argv[1], "many") == 0)
		for (unsigned path = 0; path < 1u << LEVELS; path++)
			sum += go(path, LEVELS);
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
