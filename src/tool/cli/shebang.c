/*
 * shebang - the first line of a script, as the kernel and env(1) read it.
 */
#include "tool/cli/shebang.h"

#include <string.h>

#include "common/base/attrs.h"

static const char blanks[] = " \t";

/* Takes the next word off *@at; false when there is none. */
static bool
take_word(const char **at, char word[SHEBANG_MAX])
{
	*at += strspn(*at, blanks);

	size_t len = strcspn(*at, blanks);

	memcpy(word, *at, len);
	word[len] = '\0';
	*at += len;
	return len > 0;
}

static bool
is_env(const char *interp)
{
	const char *slash = strrchr(interp, '/');

	return strcmp(slash == NULL ? interp : slash + 1, "env") == 0;
}

/* Reads the arguments of env up to the program that it starts. */
static void
read_env(const char *at, struct shebang *out)
{
	char word[SHEBANG_MAX];

	while (take_word(&at, word)) {
		if (strcmp(word, "-i") == 0 || strcmp(word, "-") == 0 ||
		    strcmp(word, "--ignore-environment") == 0) {
			out->wipes_environment = true;
		} else if (strcmp(word, "-u") == 0 || strcmp(word, "-C") == 0) {
			take_word(&at, word); /* a variable, a directory */
		} else if (strncmp(word, "-S", 2) == 0 && word[2] != '\0') {
			memmove(out->program, word + 2, strlen(word + 2) + 1);
			return;
		} else if (word[0] != '-' && strchr(word, '=') == NULL) {
			memcpy(out->program, word, sizeof(word));
			return;
		}
	}
}

bool
shebang_read(const uint8_t *data, size_t len, struct shebang *out)
{
	char line[SHEBANG_MAX];
	size_t n = MIN(len, sizeof(line) - 1);

	*out = (struct shebang){ 0 };
	if (n < 2 || data[0] != '#' || data[1] != '!')
		return false;
	memcpy(line, data, n);
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';

	const char *at = line + 2;

	if (take_word(&at, out->interp) && is_env(out->interp))
		read_env(at, out);
	return true;
}
