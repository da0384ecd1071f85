/*
 * hot - malloc() and free(): one test, then a jump into jemalloc.
 *
 * In C these are the same instructions and one jump more: compilers do not
 * make a conditional branch of a tail call.  malloc.c has the rest of the
 * family, counted.c what follows when something is armed.
 */
#define WINDOW_BITS 42	/* WINDOW_SIZE is 1 << WINDOW_BITS: state.h */
#define ENTRY_FREE 13	/* enum alloc_entry; counted.c asserts both */

	.text
	.globl	malloc
	.type	malloc, @function
	.p2align 5
malloc:
	.cfi_startproc
	cmpl	$0, state_armed_alloc(%rip)
	je	jem_malloc
	jmp	counted_malloc
	.cfi_endproc
	.size	malloc, . - malloc

	.globl	free
	.type	free, @function
	.p2align 5
free:
	.cfi_startproc
	movq	%rdi, %rax
	shrq	$WINDOW_BITS, %rax
	cmpq	state_free_window(%rip), %rax
	je	jem_free
	movl	$ENTRY_FREE, %esi
	jmp	counted_free
	.cfi_endproc
	.size	free, . - free

	.section .note.GNU-stack, "", @progbits
