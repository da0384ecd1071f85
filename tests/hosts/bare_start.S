/*
 * bare_start - a program that the kernel starts in a function without tables,
 * which no frame pointer leads out of: what is called from there ends there.
 */
	.text
	.globl _start
	.type _start, @function
_start:
	movl $16, %ebp		/* no mark of an outermost frame */
	andq $-16, %rsp
	call work
	xorl %edi, %edi
	call exit
	.size _start, . - _start
	.section .note.GNU-stack, "", @progbits
