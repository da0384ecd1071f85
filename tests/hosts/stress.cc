// stress - everything that a process can do, at once, for a while.
//
//	stress SECONDS LIBRARY
//
// Threads that come and go, forks, libraries, exceptions, blocks that one
// thread makes and another frees, and 10,000 signals a second into all of it.
// Prints that each of them made progress, and what went wrong.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <mutex>
#include <stdexcept>
#include <string>
#include <sys/time.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

static std::atomic<bool> over;
static std::atomic<long> lives, forks, loads, throws_, blocks, wrong;
static volatile sig_atomic_t ticks;
static std::mutex lock;
static std::vector<void *> shared;

static void
tick(int)
{
	ticks = ticks + 1;
}

static void
short_life(int n)
{
	std::string s(size_t(n % 300) + 1, 'x');

	free(malloc(s.size()));
	lives++;
}

static void
come_and_go()
{
	while (!over) {
		std::thread t[4];

		for (int i = 0; i < 4; i++)
			t[i] = std::thread(short_life, i + int(lives % 500));
		for (auto &x : t)
			x.join();
	}
}

static void
fork_on()
{
	while (!over) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0) {
			for (int i = 1; i < 50; i++)
				free(malloc(size_t(i) * 10));
			_exit(forks % 2 ? 3 : 4);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid ||
		    !WIFEXITED(status) ||
		    (WEXITSTATUS(status) != 3 && WEXITSTATUS(status) != 4))
			wrong++;
		forks++;
		usleep(2000);
	}
}

static void
load(const char *path)
{
	while (!over) {
		void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL);

		if (h == nullptr || dlclose(h) != 0)
			wrong++;
		loads++;
	}
}

static int
dive(int n)
{
	std::string s(60, 'y');

	if (n == 0)
		throw std::runtime_error(s);
	return dive(n - 1) + int(s.size());
}

static void
throw_on()
{
	while (!over) {
		try {
			dive(int(throws_ % 25));
			wrong++;
		} catch (const std::runtime_error &) {
			throws_++;
		}
	}
}

static void
give_and_take(unsigned seed)
{
	while (!over) {
		void *mine = malloc(rand_r(&seed) % 4000 + 1);
		void *other = nullptr;
		{
			std::lock_guard<std::mutex> hold(lock);
			shared.push_back(mine);
			if (shared.size() > 500) {
				size_t i = rand_r(&seed) % shared.size();
				other = shared[i];
				shared[i] = shared.back();
				shared.pop_back();
			}
		}
		free(other);
		blocks++;
	}
}

static void
rest(int seconds)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end,
	    nullptr) != 0)
		;
}

int
main(int, char **argv)
{
	struct sigaction act = {};
	struct itimerval every = { { 0, 100 }, { 0, 100 } }, never = {};
	std::vector<std::thread> all;

	act.sa_handler = tick;
	act.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &act, nullptr);
	setitimer(ITIMER_REAL, &every, nullptr);
	all.emplace_back(come_and_go);
	all.emplace_back(fork_on);
	all.emplace_back(load, argv[2]);
	all.emplace_back(throw_on);
	all.emplace_back(give_and_take, 1);
	all.emplace_back(give_and_take, 2);
	rest(atoi(argv[1]));
	over = true;
	for (auto &t : all)
		t.join();
	setitimer(ITIMER_REAL, &never, nullptr);
	printf("lives %d forks %d loads %d throws %d blocks %d ticks %d "
	    "wrong %ld\n", lives > 0, forks > 0, loads > 0, throws_ > 0,
	    blocks > 0, ticks > 0, wrong.load());
	return 0;
}
