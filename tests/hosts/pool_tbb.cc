/*
 * pool_tbb - oneTBB's tasks, and what became of each.
 *
 *	pool_tbb SECONDS	bursts in a task_group of an arena of four
 *	pool_tbb once		sums, the same always
 *
 * Writes "task QUEUED STARTED DONE" lines as pool_told does.
 */
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_reduce.h>
#include <tbb/parallel_sort.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <vector>

#include "tests/hosts/started.h"

namespace {

const unsigned TASKS_MAX = 8192, BURST = 14, THREADS = 4;

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
burst()
{
	tbb::task_group group;

	for (unsigned i = 0; i < BURST; i++, count++) {
		unsigned me = count;

		tasks[me].queued = now();
		group.run([me] {
			tasks[me].started = now();
			sleep_ms(10 + 10 * (me % 4));
			tasks[me].done = now();
		});
	}
	group.wait();
}

long
sums()
{
	std::vector<int> v(20000);
	std::atomic<long> all{ 0 };

	tbb::parallel_for(0, 20000, [&v](int i) { v[i] = i * 7919 % 20011; });
	tbb::parallel_sort(v.begin(), v.end());
	for (int round = 0; round < 20; round++) {
		try {
			tbb::parallel_for(0, 1000, [&](int i) {
				if (i == 500)
					throw std::runtime_error("thrown");
			});
		} catch (const std::runtime_error &) {
			all++;
		}
	}
	all += tbb::parallel_reduce(tbb::blocked_range<int>(0, 20000), 0L,
	    [&v](const tbb::blocked_range<int> &r, long sum) {
		    for (int i = r.begin(); i != r.end(); i++)
			    sum += v[i];
		    return sum;
	    }, [](long a, long b) { return a + b; });
	return all;
}

} // namespace

int
main(int argc, char **argv)
{
	tbb::global_control more(tbb::global_control::max_allowed_parallelism,
	    THREADS);
	tbb::task_arena arena(THREADS);
	bool once = argc < 2 || strcmp(argv[1], "once") == 0;
	uint64_t until = now() + (once ? 0 :
	    (uint64_t)atoi(argv[1]) * 1000000000u);

	if (once) {
		printf("%ld\n", arena.execute(sums));
		return 0;
	}
	while (now() < until && count < TASKS_MAX - BURST) {
		arena.execute(burst);
		sleep_ms(40);
	}
	printf("start %llu\n", (unsigned long long)started_at());
	for (unsigned i = 0; i < count; i++)
		printf("task %llu %llu %llu\n",
		    (unsigned long long)tasks[i].queued,
		    (unsigned long long)tasks[i].started,
		    (unsigned long long)tasks[i].done);
	return 0;
}
