/*
 * leak_lines - loses blocks whose size tells the line that allocates them.
 *
 * 10000 bytes and the line's number, from functions of every kind that debug
 * information puts in a place of its own.
 */
#include <cstdlib>

#define LOSE() (lost = malloc(10000 + __LINE__), lost = nullptr, \
    (void)(clobber()))

static void *volatile lost;

static inline void
clobber()
{
	__asm__ volatile("" ::: "memory");
}

static void __attribute__((noinline))
in_file()
{
	LOSE();
}

static inline void __attribute__((always_inline))
inlined()
{
	LOSE();
}

namespace outer {
namespace {
void __attribute__((noinline))
hidden()
{
	LOSE();
}
} /* namespace */

void __attribute__((noinline))
in_namespace()
{
	LOSE();
	hidden();
}

struct type {
	template <int N> void __attribute__((noinline))
	member()
	{
		LOSE();
	}
};
} /* namespace outer */

template <typename F> static void __attribute__((noinline))
call(F f)
{
	f();
	clobber();
}

static void __attribute__((noinline))
with_types_of_its_own()
{
	struct local {
		static void __attribute__((noinline))
		method()
		{
			LOSE();
		}
	};
	auto closure = []() __attribute__((noinline)) {
		LOSE();
	};
	auto nested = [&]() __attribute__((noinline)) {
		auto deeper = []() __attribute__((noinline)) {
			LOSE();
		};
		call(deeper);
	};

	local::method();
	call(closure);
	call(nested);
}

int
main()
{
	in_file();
	inlined();
	outer::in_namespace();
	outer::type().member<3>();
	with_types_of_its_own();
	LOSE();
	return 0;
}
