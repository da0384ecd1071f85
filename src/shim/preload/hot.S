/*
 * hot - malloc(), free(), new and delete: jemalloc's own fast paths.
 *
 * fastpath.awk takes them out of the archive and changes the address of a table
 * that they look in, so that while nothing is armed they are jemalloc's, to the
 * instruction; while something is, a test that they make anyway leads to the
 * .Larmed labels: when objects are counted and nothing else is, what is left of
 * the fast path follows behind one instruction that counts.  What the fast path
 * cannot answer comes to the .Lrest labels: the rest of jemalloc's when nothing
 * is armed, else ours.  malloc.c has the rest of the family, counted.c what
 * follows.
 */
#include "shim/preload/hot.h"

#include "shim/heap/fastpath.inc"

	.macro	begin name
	.globl	\name
	.type	\name, @function
	.p2align 6
\name:
	.cfi_startproc
	.endm

	.macro	end name
	.cfi_endproc
	.size	\name, . - \name
	.endm

	/* Counts at \at with the help of \scratch; to \otherwise when the
	 * thread has no counters so far, or when this is our own business. */
	.macro	count at, scratch, otherwise
	movq	tls@gottpoff(%rip), \scratch
	movq	%fs:HOT_COUNTS(\scratch), \scratch
	testq	\scratch, \scratch
	je	\otherwise
	incq	\at(\scratch)
	.endm

	/* A function that gives a block; armed, \seen does.  What is armed is
	 * told by state_'s words, or, for the operators, by state_new_'s. */
	.macro	gives name seen
	begin	\name
	fast_malloc state, .Lrest_\name, .Larmed_\name
.Larmed_\name:
#if FASTPATH
	cmpl	$HOT_ARMED_COUNT, state_armed_alloc(%rip)
	jne	.Lrest_\name
	count	HOT_NALLOC, SCRATCH_MALLOC, \seen
	rest_malloc counted_malloc_rest
#endif
.Lrest_\name:
	cmpl	$0, state_armed_alloc(%rip)
	je	SLOW_MALLOC
	jmp	\seen
	end	\name
	.endm

	/* A new-expression's function, which must not return NULL: what its
	 * fast path counted and cannot give is counted by \seen again. */
	.macro	news name seen
	begin	\name
	fast_malloc state_new, \seen, .Larmed_\name
.Larmed_\name:
#if FASTPATH
	cmpl	$HOT_ARMED_COUNT, state_new_armed_alloc(%rip)
	jne	\seen
	count	HOT_NALLOC, SCRATCH_MALLOC, \seen
	rest_malloc .Lagain_\name
.Lagain_\name:
	movq	tls@gottpoff(%rip), %rax
	movq	%fs:HOT_COUNTS(%rax), %rax
	decq	HOT_NALLOC(%rax)
#endif
	jmp	\seen
	end	\name
	.endm

	/* A block that comes to .Larmed was found by jemalloc: no NULL. */
	.macro	frees path, name, seen, entry
	begin	\name
	fast_free \path, .Lrest_\name, .Larmed_\name
.Larmed_\name:
#if FASTPATH
	cmpl	$HOT_ARMED_COUNT, \path\()_armed_alloc(%rip)
	jne	.Lrest_\name
	count	HOT_NFREE, SCRATCH_FREE, .Lseen_\name
	rest_free SLOW_FREE
#endif
.Lrest_\name:
	testq	%rdi, %rdi
	je	.Lnull_\name
	movq	%rdi, %rcx
	shrq	$HOT_WINDOW_BITS, %rcx
	cmpq	\path\()_free_window(%rip), %rcx
	je	SLOW_FREE
.Lseen_\name:
	.ifnb	\entry
	movl	$\entry, %esi
	.endif
	jmp	\seen
.Lnull_\name:
	ret
	end	\name
	.endm

	/* Another name that libc exports for \to. */
	.macro	same_as	name, to
	begin	\name
	jmp	\to
	end	\name
	.endm

	.text
	gives	malloc, counted_malloc
	frees	state, free, counted_free, HOT_FREE
	news	_Znwm, operators_new
	news	_Znam, operators_new_array
	frees	state_new, _ZdlPv, operators_delete
	frees	state_new, _ZdlPvm, operators_delete_sized
	frees	state_new, _ZdaPv, operators_delete_array
	frees	state_new, _ZdaPvm, operators_delete_array_sized
	same_as	__libc_malloc, malloc
	same_as	__libc_free, free
	same_as	__libc_calloc, calloc
	same_as	__libc_realloc, realloc
	same_as	__libc_memalign, memalign
	same_as	__libc_valloc, valloc
	same_as	__libc_pvalloc, pvalloc

	.section .note.GNU-stack, "", @progbits
