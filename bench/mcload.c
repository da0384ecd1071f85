/*
 * mcload - a load for memcached: gets and sets, pipelined, over a socket.
 *
 *	mcload SOCKET CONNECTIONS BATCHES
 *
 * Each batch is 50 requests on each connection, written at once; one set in
 * five.  Prints requests a second.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64, BATCH = 50, VALUE = 100 };

static unsigned seed = 1;

static int
dial(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

/* Writes a batch; the number of answers that end in a line is BATCH. */
static void
ask(int fd)
{
	static char buf[BATCH * (VALUE + 64)], value[VALUE + 1];
	size_t n = 0;

	memset(value, 'v', VALUE);
	for (unsigned i = 0; i < BATCH; i++) {
		unsigned key = (seed = seed * 1103515245 + 12345) >> 16;

		if (i % 5 == 0)
			n += (size_t)snprintf(buf + n, sizeof(buf) - n,
			    "set k%u 0 0 100\r\n%s\r\n", key % 1000, value);
		else
			n += (size_t)snprintf(buf + n, sizeof(buf) - n,
			    "get k%u\r\n", key % 1000);
	}
	if (write(fd, buf, n) != (ssize_t)n)
		exit(1);
}

/* Counts the answers in what has come: STORED or END. */
static unsigned
answers(int fd)
{
	static char buf[1 << 16];
	ssize_t n = read(fd, buf, sizeof(buf));
	unsigned found = 0;

	if (n <= 0)
		exit(1);
	for (ssize_t i = 0; i < n; i++)
		found += buf[i] == 'D';	/* of STORED and END; no key has it */
	return found;
}

int
main(int argc, char **argv)
{
	int connections = argc == 4 ? atoi(argv[2]) : 0;
	int batches = argc == 4 ? atoi(argv[3]) : 0;
	struct pollfd p[CONNECTIONS_MAX];
	unsigned owed[CONNECTIONS_MAX] = { 0 };
	struct timespec a, b;

	if (connections < 1 || connections > CONNECTIONS_MAX)
		return 2;
	for (int i = 0; i < connections; i++)
		p[i] = (struct pollfd){ dial(argv[1]), POLLIN, 0 };
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int left = batches * connections; left > 0;) {
		for (int i = 0; i < connections; i++) {
			if (owed[i] == 0) {
				ask(p[i].fd);
				owed[i] = BATCH;
			}
		}
		poll(p, (nfds_t)connections, -1);
		for (int i = 0; i < connections; i++) {
			if (p[i].revents == 0)
				continue;
			owed[i] -= answers(p[i].fd);
			left -= owed[i] == 0;
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%.0f\n", (double)batches * connections * BATCH /
	    ((double)(b.tv_sec - a.tv_sec) +
	    (double)(b.tv_nsec - a.tv_nsec) / 1e9));
	return 0;
}
