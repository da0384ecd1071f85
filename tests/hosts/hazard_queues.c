/*
 * hazard_queues - forked children that ask a message queue for a signal, wait
 * for something else, and then put a message there.
 *
 * One waits by a descriptor that it can read, one by one that it cannot.  Says
 * who got the signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int
wait_for(const sigset_t *set, long ns)
{
	struct timespec t = { ns / 1000000000, ns % 1000000000 };
	int got;

	do
		got = sigtimedwait(set, NULL, &t);
	while (got < 0 && errno == EINTR);
	return got;
}

static int
child(mqd_t by, mqd_t to)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGUSR1,
	};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (mq_notify(by, &event) != 0)
		return 2;
	if (wait_for(&set, 100000000) == SIGUSR1 || mq_send(to, "x", 1, 0) != 0)
		return 3;
	return wait_for(&set, 20000000000) != SIGUSR1;
}

static void
try(const char *what, mqd_t by, mqd_t to)
{
	char text[16];
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(child(by, to));
	waitpid(pid, &status, 0);
	printf("%s: status %d\n", what, status);
	mq_receive(to, text, sizeof(text), NULL);
}

int
main(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 16 };
	char name[32];
	mqd_t both, write_only;

	setvbuf(stdout, NULL, _IONBF, 0);
	snprintf(name, sizeof(name), "/diag-queue.%d", (int)getpid());
	both = mq_open(name, O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK, 0600,
	    &attr);
	if (both == (mqd_t)-1) {
		puts("no queues here");
		return 0;
	}
	write_only = mq_open(name, O_WRONLY);
	mq_unlink(name);
	try("read and write", both, both);
	try("write only", write_only, both);
	mq_close(both);
	try("the last one", write_only, write_only);
	return 0;
}
