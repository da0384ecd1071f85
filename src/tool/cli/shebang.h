/*
 * shebang - the first line of a script, as the kernel and env(1) read it.
 *
 * Memory   the caller's.
 * Threads  pure functions.
 * Fork     nothing to do.
 */
#ifndef DIAG_CLI_SHEBANG_H
#define DIAG_CLI_SHEBANG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel looks at that many bytes of a file, so no word is longer. */
enum { SHEBANG_MAX = 256 };

struct shebang {
	char interp[SHEBANG_MAX];	/* "" when the line is empty */
	char program[SHEBANG_MAX];	/* what env starts; "" when the
					 * interpreter is not env */
	bool wipes_environment;		/* env -i */
};

/* True with @out filled when the file of @len bytes at @data begins with #!. */
bool shebang_read(const uint8_t *data, size_t len, struct shebang *out);

#endif
