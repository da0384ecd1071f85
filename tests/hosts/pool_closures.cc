/*
 * pool_closures - closures that std::thread runs, with all that they call put
 * into them.
 *
 * Three workers of the first of a function's lambdas, and two of the second,
 * which wait for tasks.  Says "ready", and ends with its standard input.
 */
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <unistd.h>

class Server {
	std::mutex lock[2];
	std::condition_variable some[2];
	int waiting[2] = { 0, 0 };

	template <typename F> void
	begin(int n, F run)
	{
		for (int i = 0; i < n; i++)
			std::thread(run).detach();
	}

	__attribute__((always_inline)) void
	serve(int queue)
	{
		std::unique_lock<std::mutex> held(lock[queue]);

		for (;;) {
			some[queue].wait(held, [=] {
				return waiting[queue] != 0; });
			waiting[queue]--;
		}
	}

public:
	void
	start()
	{
		begin(3, [this] { serve(0); });
		begin(2, [this] { serve(1); });
	}
};

int
main(int, char **)
{
	static Server server;
	char byte;

	server.start();
	puts("ready");
	fflush(stdout);
	_exit(read(0, &byte, 1) < 0);
}
