/*
 * tapemodule - from the unwinder's modules to the tape's.
 */
#include "shim/trace/tapemodule.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "common/base/sys.h"
#include "common/symbol/symbol.h"
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

/* The build-id, when the object's first page is its ELF header. */
static void
find_build_id(const struct stack_module *mod, struct tape_module *m)
{
	const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)mod->start;
	struct build_id id;

	if (mod->end - mod->start < TAPE_UNIT ||
	    memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_phentsize != sizeof(ElfW(Phdr)) ||
	    header->e_phoff + header->e_phnum * sizeof(ElfW(Phdr)) > TAPE_UNIT)
		return;
	if (!symbol_mapped_build_id(mod->bias,
	    (const char *)header + header->e_phoff, header->e_phnum, &id))
		return;
	m->build_id_len = (uint8_t)MIN((size_t)id.len, sizeof(m->build_id));
	memcpy(m->build_id, id.bytes, m->build_id_len);
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
	m->path = mod.name == NULL || mod.name[0] == '\0' ?
	    program : mod.name;
	m->path_len = MIN(strlen(m->path), (size_t)TAPE_PATH_MAX);
	find_build_id(&mod, m);
	return true;
}
