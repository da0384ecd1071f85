/*
 * leak_cxx - leaks of C++: one new, an array, a container with its elements; and
 * what is none: an array of no elements, which is pointed to behind its count.
 *
 *	leak_cxx [clean]
 */
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace {

struct shape {
	virtual ~shape() {}
	char body[92];
};

__attribute__((noinline)) void
plant_one(bool clean)
{
	shape *s = new shape;

	__asm__ volatile("" : "+r"(s) :: "memory");
	if (clean)
		delete s;
}

__attribute__((noinline)) void
plant_array(bool clean)
{
	int *v = new int[250];

	__asm__ volatile("" : "+r"(v) :: "memory");
	if (clean)
		delete[] v;
}

/* 24 bytes, its 3 strings of 32 and their 3 texts of 101. */
__attribute__((noinline)) void
plant_container(bool clean)
{
	auto *v = new std::vector<std::string>;

	v->reserve(3);
	for (int i = 0; i < 3; i++)
		v->emplace_back(100, 'x');
	__asm__ volatile("" : "+r"(v) :: "memory");
	if (clean)
		delete v;
}

shape *volatile nothing;

}

int
main(int argc, char **)
{
	nothing = new shape[argc > 99];
	plant_one(argc > 1);
	plant_array(argc > 1);
	plant_container(argc > 1);
	return 0;
}
