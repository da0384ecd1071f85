/*
 * bind_stubs - libc's functions under their own names, inside this library.
 *
 * A call of ours goes through a slot, as through the loader's table; the first
 * of all calls fills the slots (bind.c).
 */
#include "shim/preload/bind_names.h"

	.macro	stub name
	.globl	\name
	.hidden	\name
	.type	\name, @function
	.p2align 4
\name:
	.cfi_startproc
	jmp	*.Lslot_\name(%rip)
.Lfirst_\name:
	leaq	.Lslot_\name(%rip), %r11
	jmp	bind_first
	.cfi_endproc
	.size	\name, . - \name
	.endm

	.macro	slot name
.Lslot_\name:
	.quad	.Lfirst_\name
	.endm

	.text
#define X(name) stub name;
	BIND_NAMES(X)
#undef X

	/* The slot's address is in %r11, the arguments where they were. */
	.type	bind_first, @function
	.p2align 4
bind_first:
	.cfi_startproc
	.irp	register, rdi, rsi, rdx, rcx, r8, r9, rax, r11
	pushq	%\register
	.cfi_adjust_cfa_offset 8
	.endr
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	bind_all
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	.irp	register, r11, rax, r9, r8, rcx, rdx, rsi, rdi
	popq	%\register
	.cfi_adjust_cfa_offset -8
	.endr
	jmp	*(%r11)
	.cfi_endproc
	.size	bind_first, . - bind_first

	.data
	.globl	bind_slots
	.hidden	bind_slots
	.type	bind_slots, @object
	.p2align 3
bind_slots:
#define X(name) slot name;
	BIND_NAMES(X)
#undef X
	.size	bind_slots, . - bind_slots

	.section .note.GNU-stack, "", @progbits
