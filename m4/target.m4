dnl DIAG_TARGET: is this a platform that the shim supports?
AC_DEFUN([DIAG_TARGET], [
AC_CANONICAL_HOST
AC_MSG_CHECKING([whether the shim supports $host])
AS_CASE([$host],
	[x86_64-*-linux-gnu], [AC_MSG_RESULT([yes])],
	[AC_MSG_RESULT([no])
	 AC_MSG_ERROR([diag needs x86-64 GNU/Linux (glibc)])])
AC_CHECK_DECL([_dl_find_object], [],
	[AC_MSG_ERROR([diag needs glibc 2.35 or newer (_dl_find_object)])],
	[[#include <dlfcn.h>]])
])
