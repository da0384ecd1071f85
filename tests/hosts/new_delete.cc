/*
 * new_delete - the 20 operators, and what they throw.
 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>

struct alignas(256) wide {
	char c[300];
};

static volatile std::size_t huge = SIZE_MAX / 2;

static int handled;

static void
handler()
{
	handled++;
	std::set_new_handler(nullptr);
}

template <typename T> static bool
throws(T call)
{
	try {
		call();
	} catch (const std::bad_alloc &) {
		return true;
	}
	return false;
}

int
main()
{
	std::free(::operator new(0));
	::operator delete(::operator new(10), std::size_t(99));
	::operator delete[](::operator new[](10));
	::operator delete(nullptr);
	::operator delete(::operator new(5, std::nothrow), std::nothrow);
	wide *w = new wide, *v = new wide[3];
	std::printf("aligned %d %d\n", (std::uintptr_t)w % 256 == 0,
	    (std::uintptr_t)v % 256 == 0);
	delete w;
	delete[] v;
	std::printf("throws %d %d %d\n",
	    throws([] { ::operator new(huge); }),
	    throws([] { ::operator new[](huge); }),
	    throws([] { ::operator new(huge, std::align_val_t(64)); }));
	std::printf("nothrow %d\n",
	    ::operator new(huge, std::nothrow) == nullptr);
	std::set_new_handler(handler);
	std::printf("handler %d", throws([] { ::operator new(huge); }));
	std::printf(" %d\n", handled);
	return 0;
}
