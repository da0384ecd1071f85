/*
 * sinkbed - places to write to, and a look at what arrived.
 */
#include "sinkbed.h"

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/sink/sink.h"

/* check writes a message for every assertion that holds, too. */
#define must(holds) \
	do { \
		if (!(holds)) \
			ck_abort_msg("not so: %s", #holds); \
	} while (0)

enum { TEXT_MAX = 16 << 20, IDS = 8 };

static char folder[64];
static char path[128];
static char text[TEXT_MAX];

int
bed_stderr_is_pipe(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return ends[0];
}

void
bed_make(void)
{
	strcpy(folder, "/tmp/diag-sink-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(name);
}

void
bed_clean(void)
{
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *
bed_path(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

int
bed_open(const char *log, bool host_writes)
{
	return sink_open(&(struct sink_config){
	    .log = log,
	    .program = "prog",
	    .host_writes = host_writes,
	});
}

const char *
bed_read(int fd)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, TEXT_MAX - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return text;
}

const char *
bed_file(const char *name)
{
	int fd = open(name, O_RDONLY);

	ck_assert_int_ge(fd, 0);
	bed_read(fd);
	close(fd);
	return text;
}

bool
bed_put(int id, int n)
{
	char record[64];
	int len = snprintf(record, sizeof(record),
	    "%d.%d first\n\t%d.%d second\n", id, n, id, n);

	return sink_put(record, (size_t)len);
}

/* Reads "ID.N word\n" at *@s, which moves behind it. */
static int
take_line(const char **s, const char *word, int *id)
{
	char *end;
	int n;

	*id = (int)strtol(*s, &end, 10);
	must(*end == '.');
	n = (int)strtol(end + 1, &end, 10);
	must(strncmp(end, word, strlen(word)) == 0);
	*s = end + strlen(word);
	return n;
}

int
bed_count(const char *s)
{
	int last[IDS] = { 0 };
	int records = 0;

	while (*s != '\0') {
		int id, id2, n;

		if (strncmp(s, "diag: ", 6) == 0) {
			s = strchr(s, '\n');
			must(s != NULL);
			s++;
			continue;
		}
		n = take_line(&s, " first\n\t", &id);
		must(take_line(&s, " second\n", &id2) == n);
		must(id == id2);
		must(n > last[id]);
		last[id] = n;
		records++;
	}
	return records;
}

unsigned long
bed_lost(const char *s)
{
	unsigned long sum = 0;

	while ((s = strstr(s, "diag: ")) != NULL) {
		char *end;
		unsigned long n = strtoul(s + 6, &end, 10);

		if (strncmp(end, " record", 7) == 0)
			sum += n;
		s = end;
	}
	return sum;
}
