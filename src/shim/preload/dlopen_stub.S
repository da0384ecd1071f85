/*
 * dlopen_stub - dlopen() and dlmopen() as jumps.
 *
 * The real function sees the host's return address: the loader takes RUNPATH
 * from the caller's object.
 */
#define RTLD_DEEPBIND 8

/* Calls \fn with every argument register kept, and the stack aligned. */
.macro	keeping fn
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 56
	call	\fn
	addq	$8, %rsp
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	.cfi_adjust_cfa_offset -56
.endm

/* A stub called \name that jumps to where \slot points, found by \find. */
.macro	stub name, flags, slot
	.globl	\name
	.type	\name, @function
	.p2align 4
\name:
	.cfi_startproc
	testl	$RTLD_DEEPBIND, \flags
	jz	1f
	andl	$~RTLD_DEEPBIND, \flags
	keeping	dlopen_note_deepbind
1:	cmpq	$0, \slot(%rip)
	jne	2f
	keeping	dlopen_find
2:	movq	\slot(%rip), %rax
	jmp	*%rax
	.cfi_endproc
	.size	\name, . - \name
.endm

	.text
	stub	dlopen, %esi, dlopen_real
	stub	dlmopen, %edx, dlopen_real + 8

	.section .note.GNU-stack, "", @progbits
