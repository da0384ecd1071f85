/*
 * tapemodule - from the unwinder's modules to the tape's.
 */
#include "shim/alloc/tapemodule.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/sys.h"
#include "common/symbol/headers.h"
#include "common/symbol/symbol.h"
#include "shim/names/objectfile.h"
#include "shim/stack/stack.h"

static char program[TAPE_PATH_MAX];

void
tapemodule_init(void)
{
	long n = sys_call3(SYS_readlink, "/proc/self/exe", program,
	    sizeof(program) - 1);

	program[n > 0 ? n : 0] = '\0';
}

const char *
tapemodule_program(void)
{
	return program;
}

static void
find_build_id(const struct stack_module *mod, struct tape_module *m)
{
	struct dl_find_object piece;
	struct headers headers;
	struct build_id id;

	if (_dl_find_object((void *)mod->start, &piece) != 0 ||
	    (uintptr_t)piece.dlfo_map_start != mod->start ||
	    !headers_find(&piece, &headers) ||
	    !symbol_mapped_build_id(mod->bias, headers.segment,
		headers.count, &id))
		return;
	m->build_id_len = (uint8_t)MIN((size_t)id.len, sizeof(m->build_id));
	memcpy(m->build_id, id.bytes, m->build_id_len);
}

/* The file's path, not the loader's name of it, which means something only
 * here and now. */
static const char *
path_of(const struct stack_module *mod)
{
	char path[OBJECTFILE_PATH_MAX];
	char *kept;
	size_t n;

	if (mod->name == NULL || mod->name[0] == '\0')
		return program;
	if (strchr(mod->name, '/') == NULL || objectfile_is_lasting(mod->name))
		return mod->name;
	objectfile_path(mod->name, mod->start, false, path);
	n = strlen(path) + 1;
	kept = mem_forever(n);
	if (kept == NULL)
		return mod->name;
	memcpy(kept, path, n);
	return kept;
}

bool
tapemodule_describe(uint32_t number, struct tape_module *m)
{
	struct stack_module mod;

	if (!stack_module(number, &mod))
		return false;
	*m = (struct tape_module){
	    .number = number,
	    .start = mod.start,
	    .end = mod.end,
	    .bias = mod.bias,
	};
	m->path = path_of(&mod);
	m->path_len = MIN(strlen(m->path), (size_t)TAPE_PATH_MAX);
	find_build_id(&mod, m);
	return true;
}
