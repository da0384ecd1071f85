/*
 * place - the grammar of a frame, in one word.
 */
#include "shim/names/place.h"

#include <stddef.h>
#include <string.h>

#include "common/symbol/symbol.h"
#include "shim/names/cxxname.h"
#include "shim/names/objects.h"
#include "shim/names/rustname.h"
#include "shim/stack/stack.h"

enum { NAME_MAX_SHOWN = 64 };

/* A name as long as C++ and Rust make them would fill the line. */
static void
write_name(struct buf *b, const char *name)
{
	unsigned n = 0;

	if (rustname_write(b, name, NAME_MAX_SHOWN) ||
	    cxxname_write(b, name, NAME_MAX_SHOWN) ||
	    cxxname_write_lambda(b, name, NAME_MAX_SHOWN))
		return;
	while (name[n] != '\0' && n < NAME_MAX_SHOWN)
		n++;
	buf_clean(b, name, n);
	if (name[n] != '\0')
		buf_str(b, "..");
}

/* The symbol that covers the call which returns to @pc, or NULL, and the place
 * as an address of the object's file. */
static const char *
name_of(struct object *m, uint64_t pc, uint64_t *vaddr, uint64_t *start)
{
	struct symbol_file *f = objects_symbols(m);

	*vaddr = pc - m->bias;
	*start = 0;
	/* The call before the return address is what the name is of. */
	return f != NULL ? symbol_find(f, *vaddr - 1, start) : NULL;
}

static void
write_place(struct buf *b, uint64_t pc, bool offset)
{
	struct object *m = objects_find((uintptr_t)pc, stack_limit());
	uint64_t vaddr, start;
	const char *name;

	if (m == NULL) {
		buf_printf(b, "0x%llx", (unsigned long long)pc);
		return;
	}
	name = name_of(m, pc, &vaddr, &start);
	if (name != NULL)
		write_name(b, name);
	else
		buf_str(b, m->name);
	if (name == NULL || offset)
		buf_printf(b, "+0x%llx", (unsigned long long)(vaddr - start));
}

/* The waits of C++'s atomics and semaphores, and what starts a std::thread:
 * templates, of which each program has its own. */
static bool
is_cxx_library(const char *name)
{
	static const char *const words[] = {
		"__atomic_wait", "__atomic_semaphore", "__platform_wait",
		"__waiter", "18counting_semaphore", "_ZNSt6thread11_State_impl",
	};

	if (strncmp(name, "_Z", 2) != 0)
		return false;
	for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
		if (strstr(name, words[i]) != NULL)
			return true;
	}
	return false;
}

bool
place_is_library(uint64_t pc)
{
	struct object *m = objects_find((uintptr_t)pc, stack_limit());
	uint64_t vaddr, start;
	const char *name = m != NULL ? name_of(m, pc, &vaddr, &start) : NULL;

	return name != NULL && (rustname_is_library(name) ||
	    is_cxx_library(name));
}

void
place_write(struct buf *b, uint64_t pc)
{
	write_place(b, pc, true);
}

void
place_write_function(struct buf *b, uint64_t pc)
{
	write_place(b, pc, false);
}
