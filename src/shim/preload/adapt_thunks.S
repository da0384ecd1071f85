/*
 * adapt_thunks - one function for each GLib pool, all the same size.
 *
 * GLib calls a pool's function with the task and the host's own argument, and
 * nothing that says which pool it is: the address called does.
 */
	.text
	.p2align 4
	.globl	adapt_thunks
	.hidden	adapt_thunks
	.type	adapt_thunks, @function
adapt_thunks:
	.cfi_startproc
	.set	index, 0
	.rept	256	/* GLIB_POOLS */
	.p2align 4
	endbr64
	movl	$index, %edx
	jmp	adapt_glib_run
	.set	index, index + 1
	.endr
	.p2align 4
	.cfi_endproc
	.size	adapt_thunks, . - adapt_thunks

	.section .note.GNU-stack, "", @progbits
