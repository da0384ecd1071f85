/*
 * pool_functors - threads that libstdc++'s one start routine has begun, and
 * what they run tells apart.
 *
 * Three workers wait for tasks, and the one that brings them, in threes, waits
 * for their end at the same condition.  Says "ready" when that is so, and ends
 * with its standard input.
 */
#include <condition_variable>
#include <cstdio>
#include <chrono>
#include <mutex>
#include <thread>
#include <unistd.h>

namespace {

enum { WORKERS = 3 };

std::mutex lock;
std::condition_variable some;
int waiting, unfinished;

void
work()
{
	std::unique_lock<std::mutex> held(lock);

	while (waiting == 0)
		some.wait(held);
	waiting--;
	held.unlock();
	std::this_thread::sleep_for(std::chrono::microseconds(500));
	held.lock();
	unfinished--;
	some.notify_all();
}

void
bring()
{
	std::unique_lock<std::mutex> held(lock);

	waiting = unfinished = WORKERS;
	some.notify_all();
	while (unfinished != 0)
		some.wait(held);
}

}

int
main(int, char **)
{
	char byte;

	for (int i = 0; i < WORKERS; i++)
		std::thread([] { for (;;) work(); }).detach();
	std::thread([] { for (;;) bring(); }).detach();
	puts("ready");
	fflush(stdout);
	_exit(read(0, &byte, 1) < 0);
}
