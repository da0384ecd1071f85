// hazard_coroutines - boost's coroutines and contexts allocate and throw on
// stacks that no thread has, and move from thread to thread.
#include <boost/context/continuation.hpp>
#include <boost/coroutine/symmetric_coroutine.hpp>
#include <boost/coroutine/asymmetric_coroutine.hpp>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ctx = boost::context;
using coro = boost::coroutines::asymmetric_coroutine<std::string>;

static size_t
grow(int depth)
{
	auto text = std::make_unique<std::string>(size_t(depth) * 10, 'y');

	return depth == 0 ? 0 : text->size() + grow(depth - 1);
}

static void
produce(coro::push_type &sink)
{
	for (int i = 0; i < 200; i++) {
		try {
			if (i % 7 == 0)
				throw std::runtime_error("seven");
			sink(std::string(size_t(i), 'z') + "!");
		} catch (const std::runtime_error &e) {
			sink(e.what());
		}
		grow(i % 20);
	}
}

static size_t
consume()
{
	size_t sum = 0;
	coro::pull_type source(produce);

	for (auto s : source)
		sum += s.size();
	return sum;
}

// Resumed by another thread than the one that began it.
static size_t
migrate()
{
	size_t sum = 0;
	ctx::continuation c = ctx::callcc([&](ctx::continuation &&back) {
		for (int i = 0; i < 50; i++) {
			sum += grow(i % 30);
			back = back.resume();
		}
		return std::move(back);
	});

	for (int i = 0; i < 49; i++) {
		std::thread t([&] { c = c.resume(); });
		t.join();
	}
	c = c.resume();
	return sum;
}

int
main()
{
	std::vector<std::thread> all;
	size_t part[4];

	for (auto &p : part)
		all.emplace_back([&p] { p = consume(); });
	for (auto &t : all)
		t.join();
	for (auto p : part)
		printf("%zu\n", p);
	printf("%zu\n", migrate());
	return 0;
}
