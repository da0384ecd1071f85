dnl DIAG_JEMALLOC: where is jemalloc's static PIC archive?
dnl Sets JEMALLOC_PIC_A; it becomes part of libdiag.so (src/shim/heap).
AC_DEFUN([DIAG_JEMALLOC], [
AC_ARG_VAR([JEMALLOC_PIC_A], [path of jemalloc's libjemalloc_pic.a])
AC_MSG_CHECKING([for libjemalloc_pic.a])
AS_IF([test -z "$JEMALLOC_PIC_A"], [
	for dir in `pkg-config --variable=libdir jemalloc 2>/dev/null` \
	    /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/lib /usr/local/lib; do
		AS_IF([test -f "$dir/libjemalloc_pic.a"],
			[JEMALLOC_PIC_A=$dir/libjemalloc_pic.a; break])
	done
])
AS_IF([test -z "$JEMALLOC_PIC_A"], [
	AC_MSG_RESULT([no])
	AC_MSG_ERROR([libjemalloc_pic.a not found: run ./autogen.sh --deps, or install libjemalloc-dev])
])
AC_MSG_RESULT([$JEMALLOC_PIC_A])
AC_CHECK_HEADER([jemalloc/jemalloc.h], [],
	[AC_MSG_ERROR([jemalloc/jemalloc.h not found: install libjemalloc-dev])])
])
