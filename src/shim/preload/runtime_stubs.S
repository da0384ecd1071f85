/*
 * runtime_stubs - the exported names of the runtimes: a load and a jump.
 *
 * Each name has a slot.  It holds the runtime's own function, or the cold half
 * of it while its pools are watched, or, where that is not settled or a call
 * is to be noted on its way, the name's question: what to jump to is then
 * answered by runtime_ask(), with every argument register kept, so that no
 * signature need be known and the runtime sees its caller's return address.
 */
#include "shim/preload/runtime_names.h"

.macro	stub name
	.text
	.globl	\name
	.type	\name, @function
	.p2align 4
\name:
	.cfi_startproc
	endbr64
	jmp	*runtime_slot+8*index(%rip)
	.cfi_endproc
	.size	\name, . - \name

	.section .text.unlikely, "ax", @progbits
	.p2align 2
ask_\name:
	.cfi_startproc
	endbr64
	pushq	$index
	.cfi_adjust_cfa_offset 8
	jmp	ask
	.cfi_endproc

	.data
	.quad	ask_\name
	.section .data.rel.ro, "aw", @progbits
	.quad	ask_\name
	.set	index, index + 1
.endm

	/* The arguments lie in order for runtime_ask() to look at. */
	.section .text.unlikely, "ax", @progbits
	.type	ask, @function
ask:
	.cfi_startproc
	.cfi_def_cfa_offset 16
	subq	$128, %rsp
	movups	%xmm0, (%rsp)
	movups	%xmm1, 16(%rsp)
	movups	%xmm2, 32(%rsp)
	movups	%xmm3, 48(%rsp)
	movups	%xmm4, 64(%rsp)
	movups	%xmm5, 80(%rsp)
	movups	%xmm6, 96(%rsp)
	movups	%xmm7, 112(%rsp)
	pushq	%r9
	pushq	%r8
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	.cfi_def_cfa_offset 192
	movl	176(%rsp), %edi
	movq	184(%rsp), %rsi
	movq	%rsp, %rdx
	pushq	%rax
	pushq	%r10
	.cfi_def_cfa_offset 208
	call	runtime_ask
	movq	%rax, %r11
	popq	%r10
	popq	%rax
	.cfi_def_cfa_offset 192
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%r8
	popq	%r9
	.cfi_def_cfa_offset 144
	movups	(%rsp), %xmm0
	movups	16(%rsp), %xmm1
	movups	32(%rsp), %xmm2
	movups	48(%rsp), %xmm3
	movups	64(%rsp), %xmm4
	movups	80(%rsp), %xmm5
	movups	96(%rsp), %xmm6
	movups	112(%rsp), %xmm7
	addq	$136, %rsp
	.cfi_def_cfa_offset 8
	jmp	*%r11
	.cfi_endproc
	.size	ask, . - ask

	/* What the slots hold at first, kept to go back to. */
	.section .data.rel.ro, "aw", @progbits
	.p2align 3
	.globl	runtime_question
	.hidden	runtime_question
runtime_question:
	.data
	.p2align 3
	.globl	runtime_slot
	.hidden	runtime_slot
runtime_slot:

	.set	index, 0
#define X(name) stub name;
	RUNTIME_NAMES(X)

	/* oneTBB's names, in parts that fit on a line. */
	.text
.macro	also	is, middle, tail
	.globl	_ZN3tbb6detail2r1\middle\tail
	.type	_ZN3tbb6detail2r1\middle\tail, @function
	.set	_ZN3tbb6detail2r1\middle\tail, \is
.endm
	also	tbb_spawn, 5spawnERNS0_2d14task, \
		ERNS2_18task_group_contextE
	also	tbb_spawn_in_slot, 5spawnERNS0_2d14task, \
		ERNS2_18task_group_contextEt
	also	tbb_submit, 6submitERNS0_2d14task, \
		ERNS2_18task_group_contextEPNS1_5arenaEm
	also	tbb_enqueue, 7enqueueERNS0_2d14task, \
		EPNS2_15task_arena_baseE
	also	tbb_enqueue_in_context, 7enqueueERNS0_2d14task, \
		ERNS2_18task_group_contextEPNS2_15task_arena_baseE
	also	tbb_execute_and_wait, 16execute_and_waitERNS0_2d14task, \
		ERNS2_18task_group_contextERNS2_12wait_contextES6_

	.section .note.GNU-stack, "", @progbits
