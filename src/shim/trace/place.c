/*
 * place - the grammar of a frame, in one word.
 */
#include "shim/trace/place.h"

#include <stddef.h>

#include "common/symbol/symbol.h"
#include "shim/stack/stack.h"
#include "shim/trace/objects.h"

enum { NAME_MAX_SHOWN = 64 };

/* A name as long as C++ makes them would fill the line. */
static void
write_name(struct buf *b, const char *name)
{
	unsigned n = 0;

	while (name[n] != '\0' && n < NAME_MAX_SHOWN)
		n++;
	buf_clean(b, name, n);
	if (name[n] != '\0')
		buf_str(b, "..");
}

void
place_write(struct buf *b, uint64_t pc)
{
	struct object *m = objects_find((uintptr_t)pc, stack_limit());

	if (m == NULL) {
		buf_printf(b, "0x%llx", (unsigned long long)pc);
		return;
	}

	uint64_t vaddr = pc - m->bias;
	struct symbol_file *f = objects_symbols(m);
	uint64_t start = 0;
	/* The call before the return address is what the name is of. */
	const char *name = f != NULL ? symbol_find(f, vaddr - 1, &start) : NULL;

	if (name != NULL)
		write_name(b, name);
	else
		buf_str(b, m->name);
	buf_printf(b, "+0x%llx", (unsigned long long)(vaddr - start));
}
