// hazard_loader - the loader's lock from all sides: libraries come and go,
// exceptions unwind, phdrs are walked by callbacks that allocate, blocks are
// made and freed; then the counts, which are the same each time.
//
//	hazard_loader LIBRARY ROUNDS
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <link.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static std::atomic<int> caught, loaded, walked;

static void
load(const char *path, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL);

		if (h == nullptr)
			continue;
		if (dlsym(h, "deep_plugin") != nullptr || dlerror() != nullptr)
			loaded++;
		dlclose(h);
	}
}

static int
throws(int depth)
{
	std::string s(40, 'x');

	if (depth == 0)
		throw std::runtime_error(s);
	return throws(depth - 1) + int(s.size());
}

static void
catches(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		try {
			throws(i % 20);
		} catch (const std::exception &) {
			caught++;
		}
	}
}

static int
see(struct dl_phdr_info *info, size_t, void *)
{
	free(malloc(1 + info->dlpi_phnum));
	return 0;
}

static void
walk(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		dl_iterate_phdr(see, nullptr);
		walked++;
	}
}

int
main(int, char **argv)
{
	int rounds = atoi(argv[2]);
	std::vector<std::thread> all;

	all.emplace_back(load, argv[1], rounds);
	all.emplace_back(load, argv[1], rounds);
	all.emplace_back(catches, rounds);
	all.emplace_back(catches, rounds);
	all.emplace_back(walk, rounds);
	for (auto &t : all)
		t.join();
	printf("%d loaded, %d caught, %d walked\n", loaded.load(),
	    caught.load(), walked.load());
	return 0;
}
