/*
 * pool_async - a thread for each task.
 *
 *	pool_async async SECONDS	std::async()
 *	pool_async thread SECONDS	std::thread
 *	pool_async once			the same sum always
 *
 * Writes "task QUEUED STARTED DONE" lines as pool_told does.
 */
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <thread>
#include <vector>

#include "tests/hosts/started.h"

namespace {

const unsigned TASKS_MAX = 8192, BATCH = 5;

struct {
	uint64_t queued, started, done;
} tasks[TASKS_MAX];
unsigned count;

uint64_t
now()
{
	return started_clock(CLOCK_MONOTONIC);
}

void
sleep_ms(unsigned ms)
{
	struct timespec t = { 0, (long)ms * 1000000 };

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

void
one(unsigned i)
{
	tasks[i].started = now();
	sleep_ms(20 + 10 * (i % 4));
	tasks[i].done = now();
}

void
batch_async()
{
	std::vector<std::future<void>> all;

	for (unsigned i = 0; i < BATCH; i++, count++) {
		tasks[count].queued = now();
		all.push_back(std::async(std::launch::async, one, count));
	}
}

void
batch_thread()
{
	std::vector<std::thread> all;

	for (unsigned i = 0; i < BATCH; i++, count++) {
		tasks[count].queued = now();
		all.emplace_back(one, count);
	}
	for (auto &t : all)
		t.join();
}

long
sum()
{
	long all = 0;

	for (long i = 0; i < 50; i++) {
		auto part = std::async(std::launch::async, [i] {
			if (i % 7 == 0)
				throw i;
			return i;
		});
		try {
			all += part.get();
		} catch (long thrown) {
			all -= thrown;
		}
	}
	return all;
}

} // namespace

int
main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "once";
	uint64_t until = now() + (argc > 2 ?
	    (uint64_t)atoi(argv[2]) * 1000000000u : 0);

	if (strcmp(how, "once") == 0) {
		printf("%ld\n", sum());
		return 0;
	}
	while (now() < until && count < TASKS_MAX - BATCH) {
		strcmp(how, "async") == 0 ? batch_async() : batch_thread();
		sleep_ms(20);
	}
	printf("start %llu\n", (unsigned long long)started_at());
	for (unsigned i = 0; i < count; i++)
		printf("task %llu %llu %llu\n",
		    (unsigned long long)tasks[i].queued,
		    (unsigned long long)tasks[i].started,
		    (unsigned long long)tasks[i].done);
	return 0;
}
