/*
 * pool_cxx - a thread pool in C++ that tells diag about its tasks.
 *
 *	c++ -o pool_cxx pool_cxx.cc -pthread
 *	diag run schedtrace=100 -- ./pool_cxx
 *
 * Each worker has a queue of its own here, so the POOL line shows the length
 * of each.
 */
#include <diag/diag.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace {

class Pool {
public:
	explicit Pool(unsigned workers)
	    : diag_(diag_pool_create("example", workers)), queues_(workers)
	{
		for (unsigned i = 0; i < workers; i++)
			threads_.emplace_back([this, i] { serve(i); });
	}

	~Pool()
	{
		for (auto &q : queues_) {
			std::lock_guard<std::mutex> hold(q.lock);
			q.ended = true;
			q.changed.notify_one();
		}
		for (auto &t : threads_)
			t.join();
		diag_pool_destroy(diag_);
	}

	Pool(const Pool &) = delete;
	Pool &operator=(const Pool &) = delete;

	void submit(unsigned queue, std::function<void()> work)
	{
		auto task = std::make_unique<Task>();
		auto &q = queues_[queue];

		task->work = std::move(work);
		task->diag.queue = queue;
		diag_task_queued(diag_, &task->diag);

		std::lock_guard<std::mutex> hold(q.lock);
		q.tasks.push_back(std::move(task));
		q.changed.notify_one();
	}

private:
	struct Task {
		diag_task diag{};
		std::function<void()> work;
	};

	struct Queue {
		std::mutex lock;
		std::condition_variable changed;
		std::deque<std::unique_ptr<Task>> tasks;
		bool ended = false;
	};

	std::unique_ptr<Task> take(Queue &q)
	{
		std::unique_lock<std::mutex> hold(q.lock);

		q.changed.wait(hold, [&q] {
			return !q.tasks.empty() || q.ended;
		});
		if (q.tasks.empty())
			return nullptr;

		auto task = std::move(q.tasks.front());

		q.tasks.pop_front();
		return task;
	}

	void serve(unsigned queue)
	{
		diag_worker_begin(diag_, queue);
		while (auto task = take(queues_[queue])) {
			diag_task_started(diag_, &task->diag);
			task->work();
			diag_task_done(diag_, &task->diag);
		}
		diag_worker_end(diag_);
	}

	diag_pool *diag_;
	std::vector<Queue> queues_;
	std::vector<std::thread> threads_;
};

} // namespace

int
main()
{
	const unsigned workers = 3, tasks = 150;

	{
		Pool pool(workers);

		for (unsigned i = 0; i < tasks; i++)
			pool.submit(i % workers, [] {
				std::this_thread::sleep_for(
				    std::chrono::milliseconds(5));
			});
	}
	std::printf("%u tasks done\n", tasks);
	return 0;
}
