/*
 * pool_functors - threads that libstdc++'s one start routine has begun, and
 * what they run tells apart.
 *
 *	pool_functors functors|pointers
 *
 * functors	Three workers wait for tasks, and the one that brings them, in
 *		threes, waits for their end at the same condition.
 * pointers	The workers run a plain function, and so does, another one, a
 *		thread that reads from a pipe.
 *
 * Says "ready" when that is so, and ends with its standard input.
 */
#include <condition_variable>
#include <chrono>
#include <cstdio>
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

void
serve()
{
	for (;;)
		work();
}

void
listen()
{
	int pipes[2];
	char byte;

	if (pipe(pipes) == 0)
		while (read(pipes[0], &byte, 1) == 1)
			;
}

}

int
main(int, char **argv)
{
	char byte;

	for (int i = 0; i < WORKERS; i++) {
		if (argv[1] != nullptr && argv[1][0] == 'p')
			std::thread(serve).detach();
		else
			std::thread([] { for (;;) work(); }).detach();
	}
	if (argv[1] != nullptr && argv[1][0] == 'p')
		std::thread(listen).detach();
	std::thread([] { for (;;) bring(); }).detach();
	puts("ready");
	fflush(stdout);
	_exit(read(0, &byte, 1) < 0);
}
