/*
 * starve_locked - a lock convoy of C++ threads that nothing but a pointer to
 * their function tells from others: six need 3 ms each under one lock.
 *
 *	starve_locked MODE [shared]
 *
 * With "shared" it is the writer's side of a std::shared_mutex.  Ends with
 * standard input.
 */
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unistd.h>

namespace {

std::mutex mutex;
std::shared_mutex shared;
bool is_shared;

__attribute__((noinline)) void
rebuild_index()
{
	std::this_thread::sleep_for(std::chrono::milliseconds(3));
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) void
update_index()
{
	if (is_shared) {
		std::lock_guard<std::shared_mutex> guard(shared);
		rebuild_index();
	} else {
		std::lock_guard<std::mutex> guard(mutex);
		rebuild_index();
	}
}

void
serve_queries(int id)
{
	for (;;) {
		update_index();
		std::this_thread::sleep_for(std::chrono::microseconds(id));
	}
}

} // namespace

int
main(int argc, char **argv)
{
	char c;

	is_shared = argc > 2 && std::strcmp(argv[2], "shared") == 0;
	for (int i = 0; i < 6; i++)
		std::thread(serve_queries, 500 + i).detach();
	while (read(0, &c, 1) > 0)
		;
	_exit(0);
}
