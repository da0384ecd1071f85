/*
 * new_replaced - a program that replaces one new and one delete, and counts on
 * the runtime's others to call them.
 *
 * Its blocks begin with a room of their own, so that a delete that is not its
 * own would break the heap.  Compiled with LIBRARY it is a library that uses
 * the program's operators before the program begins.
 */
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

struct big {
	char room[500];
};

#ifdef LIBRARY
struct early {
	early()
	{
		for (int i = 0; i < 10; i++) {
			big *volatile p = new big;
			char *volatile q = new char[3000];

			delete p;
			delete[] q;
		}
	}
};
static early first;
extern "C" void library() {}
#else
extern "C" void library();
static int given, taken, foreign;

void *
operator new(std::size_t size)
{
	enum { ROOM = 64 };
	char *p = static_cast<char *>(std::malloc(size + ROOM));

	if (p == nullptr)
		throw std::bad_alloc();
	given++;
	*reinterpret_cast<void **>(p) = p;
	return p + ROOM;
}

void
operator delete(void *p) noexcept
{
	char *q = static_cast<char *>(p) - 64;

	if (p == nullptr)
		return;
	taken++;
	if (*reinterpret_cast<void **>(q) == q)
		std::free(q);
	else
		foreign++;
}

static void
tell(const char *what)
{
	std::printf("%s: %d given, %d taken, %d foreign\n", what, given, taken,
	    foreign);
	given = taken = foreign = 0;
}

struct alignas(128) wide {
	char room[500];
};

int
main()
{
	library();
	tell("before main");
	big *volatile a = new big;
	delete a;
	tell("sized");
	big *volatile b = new big[7];
	delete[] b;
	tell("array");
	big *volatile c = new (std::nothrow) big;
	::operator delete(c, std::nothrow);
	tell("nothrow");
	std::string *volatile d = new std::string[3];
	delete[] d;
	tell("sized array");
	wide *volatile e = new wide;
	delete e;
	tell("aligned");
	void *volatile f = ::operator new[](100, std::nothrow);
	::operator delete[](f, std::nothrow);
	tell("nothrow array");
	std::vector<std::shared_ptr<std::string>> v;
	for (int i = 0; i < 300; i++)
		v.push_back(std::make_shared<std::string>(i, 'x'));
	v.clear();
	v.shrink_to_fit();
	std::printf("all %d\n", given == taken && foreign == 0);
	try {
		throw std::runtime_error(std::string(900, 'y'));
	} catch (const std::exception &) {
	}
	std::printf("all %d\n", given == taken && foreign == 0);
	return 3;
}
#endif
