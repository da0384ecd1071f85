/*
 * unwind_throw - stacks while exceptions fly: in destructors that unwinding
 * runs, in catch blocks, after a rethrow.
 */
#include <string>

#include "tests/oracle/chain.h"

static volatile unsigned opaque = 3;

static NOINLINE void
leaf(const char *name)
{
	CHAIN_ENTER();
	chain_check(name);
	CHAIN_LEAVE();
}

/* Destroyed while the exception passes: the chain is cut back first. */
struct guard {
	unsigned n;

	NOINLINE
	guard() : n(chain_n)
	{
	}

	NOINLINE
	~guard()
	{
		chain_n = n;
		CHAIN_ENTER();
		leaf("in a destructor");
		CHAIN_LEAVE();
	}
};

static NOINLINE void
thrower(unsigned depth)
{
	CHAIN_ENTER();
	guard g;
	std::string text(depth * 40 + opaque, 'x');

	if (depth > 0)
		thrower(depth - 1);
	else
		throw text;
	chain_n = g.n;
	CHAIN_LEAVE();
}

static NOINLINE void
rethrower(unsigned depth)
{
	CHAIN_ENTER();
	unsigned n = chain_n;

	try {
		thrower(depth);
	} catch (std::string &) {
		chain_n = n;
		leaf("in a catch block");
		throw;
	}
}

int
main(int argc, char **argv)
{
	CHAIN_ENTER();
	unsigned n = chain_n;

	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 20;

	for (unsigned i = 0; i < rounds; i++) {
		try {
			rethrower(i % 5);
		} catch (std::string &s) {
			chain_n = n;
			leaf("after a rethrow");
		}
	}
	return chain_result();
}
