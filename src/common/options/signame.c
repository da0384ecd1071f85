/*
 * signame - the table of signal names.
 */
#include "common/options/signame.h"

#include <signal.h>
#include <string.h>

/* The C library keeps the first two real-time signals for itself. */
enum { RT_FIRST = 34, RT_LAST = 64, NAME_MAX_LEN = 16 };

static const char *const names[] = {
	[SIGHUP] = "HUP", [SIGINT] = "INT", [SIGQUIT] = "QUIT",
	[SIGILL] = "ILL", [SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",
	[SIGBUS] = "BUS", [SIGFPE] = "FPE", [SIGKILL] = "KILL",
	[SIGUSR1] = "USR1", [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM", [SIGTERM] = "TERM",
	[SIGSTKFLT] = "STKFLT", [SIGCHLD] = "CHLD", [SIGCONT] = "CONT",
	[SIGSTOP] = "STOP", [SIGTSTP] = "TSTP", [SIGTTIN] = "TTIN",
	[SIGTTOU] = "TTOU", [SIGURG] = "URG", [SIGXCPU] = "XCPU",
	[SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF",
	[SIGWINCH] = "WINCH", [SIGIO] = "IO", [SIGPWR] = "PWR",
	[SIGSYS] = "SYS",
};

/* Reads a number of at most two digits that takes the whole rest; -1 when
 * there is none. */
static int
take_number(const char *s)
{
	int n = 0;

	if (*s == '\0' || strlen(s) > 2)
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		n = n * 10 + (*s - '0');
	}
	return n;
}

/* RTMIN, RTMIN+n, RTMAX, RTMAX-n. */
static int
real_time(const char name[static NAME_MAX_LEN])
{
	bool up = memcmp(name, "RTMIN", 5) == 0;
	int base = up ? RT_FIRST : RT_LAST;
	int n;

	if (!up && memcmp(name, "RTMAX", 5) != 0)
		return 0;
	name += 5;
	if (*name == '\0')
		return base;
	if (*name != (up ? '+' : '-'))
		return 0;
	n = take_number(name + 1);
	if (n < 0 || n > RT_LAST - RT_FIRST)
		return 0;
	return up ? base + n : base - n;
}

/* Copies the name in capitals without SIG; false when it is too long. */
static bool
plain_name(char to[static NAME_MAX_LEN], const char *name, size_t len)
{
	if (len >= NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i < len; i++)
		to[i] = name[i] >= 'a' && name[i] <= 'z' ?
		    (char)(name[i] - 'a' + 'A') : name[i];
	to[len] = '\0';
	if (memcmp(to, "SIG", 3) == 0)
		memmove(to, to + 3, len - 2);
	return true;
}

int
signame_number(const char *name, size_t len)
{
	char plain[NAME_MAX_LEN];
	int n;

	if (!plain_name(plain, name, len))
		return 0;
	n = take_number(plain);
	if (n >= 0)
		return signame_of(n) != NULL ||
		    (n >= RT_FIRST && n <= RT_LAST) ? n : 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i] != NULL && strcmp(names[i], plain) == 0)
			return (int)i;
	if (strcmp(plain, "POLL") == 0)
		return SIGIO;
	return real_time(plain);
}

const char *
signame_of(int number)
{
	if (number <= 0 || (size_t)number >= ARRAY_LEN(names))
		return NULL;
	return names[number];
}

bool
signame_can_be_asked_for(int number)
{
	switch (number) {
	case SIGKILL:
	case SIGSTOP:
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP:
	case SIGSYS:
	case SIGABRT:
		return false;
	default:
		return true;
	}
}

void
signame_offer(struct nearest *n)
{
	struct nearest plain = *n;

	if (n->len > 3 && memcmp(n->typed, "SIG", 3) == 0) {
		plain.typed += 3;
		plain.len -= 3;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i] != NULL && signame_can_be_asked_for((int)i))
			nearest_offer(&plain, names[i]);
	n->name = plain.name;
	n->distance = plain.distance;
}
