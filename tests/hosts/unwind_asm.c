/*
 * unwind_asm - code that no unwind table describes: with a frame pointer, and
 * with rbp in other use.
 */
#include "tests/oracle/chain.h"

void asm_framed(void (*callee)(void));
void asm_bare(void (*callee)(void));
void asm_misleading(void (*callee)(void));
extern uintptr_t asm_return;

__asm__(
".text\n"
".globl asm_framed\n.type asm_framed, @function\nasm_framed:\n"
"	mov (%rsp), %rax\n	mov %rax, asm_return(%rip)\n"
"	push %rbp\n	mov %rsp, %rbp\n	push %rbx\n	push %rax\n"
"	call *%rdi\n"
"	pop %rax\n	pop %rbx\n	pop %rbp\n	ret\n"
".size asm_framed, .-asm_framed\n"
/* rbp is a number */
".globl asm_bare\n.type asm_bare, @function\nasm_bare:\n"
"	push %rbp\n	mov $4242, %ebp\n"
"	call *%rdi\n"
"	pop %rbp\n	ret\n"
".size asm_bare, .-asm_bare\n"
/* rbp points into the stack, where nothing is a return address */
".globl asm_misleading\n.type asm_misleading, @function\nasm_misleading:\n"
"	push %rbp\n	push $0\n	push $4242\n	lea (%rsp), %rbp\n"
"	call *%rdi\n"
"	add $16, %rsp\n	pop %rbp\n	ret\n"
".size asm_misleading, .-asm_misleading\n"
".section .note.GNU-stack,\"\",@progbits\n.text\n"
".local asm_return\n.comm asm_return,8,8\n");

static NOINLINE void
through(void)
{
	chain_push((void *)asm_return);
	CHAIN_ENTER();
	chain_check("assembly with a frame pointer");
	chain_n -= 2;
}

/* The chain ends at the assembly. */
static inline __attribute__((always_inline)) void
check_short(const char *name, const void *caller)
{
	unsigned before = chain_n;
	uintptr_t first = chain_pc[0];

	chain_n = 0;
	chain_push(caller);
	chain_check_cut(name);
	chain_n = before;
	chain_pc[0] = first;
}

static NOINLINE void
up_to_bare(void)
{
	check_short("assembly without a frame pointer",
	    __builtin_return_address(0));
}

static NOINLINE void
up_to_misleading(void)
{
	check_short("assembly with a misleading rbp",
	    __builtin_return_address(0));
}

static NOINLINE void
all(void)
{
	CHAIN_ENTER();
	asm_framed(through);
	asm_bare(up_to_bare);
	asm_misleading(up_to_misleading);
	asm_framed(through);
	CHAIN_LEAVE();
}

int
main(void)
{
	CHAIN_ENTER();
	all();
	all();
	return chain_result();
}
