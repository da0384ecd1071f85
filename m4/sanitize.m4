dnl DIAG_SANITIZE: --enable-sanitize builds the tool and the unit tests with
dnl ASan and UBSan, --enable-sanitize=thread with TSan.  The shim itself never
dnl is: it replaces malloc.  Then there is no libdiag.so, and tests that need
dnl it skip.
AC_DEFUN([DIAG_SANITIZE], [
AC_ARG_ENABLE([sanitize],
	[AS_HELP_STRING([--enable-sanitize@<:@=LIST@:>@],
		[build the tool and the unit tests with -fsanitize=LIST
		 (address,undefined; thread for the concurrent ones)])],
	[], [enable_sanitize=no])
SANITIZE_CFLAGS=
AS_CASE([$enable_sanitize],
	[no], [],
	[yes], [SANITIZE_CFLAGS="-fsanitize=address,undefined"],
	[SANITIZE_CFLAGS="-fsanitize=$enable_sanitize"])
AS_IF([test -n "$SANITIZE_CFLAGS"],
	[SANITIZE_CFLAGS="$SANITIZE_CFLAGS -fno-sanitize-recover=all"
	AC_MSG_CHECKING([whether $SANITIZE_CFLAGS works])
	saved_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS $SANITIZE_CFLAGS"
	AC_RUN_IFELSE([AC_LANG_PROGRAM([], [])],
		[AC_MSG_RESULT([yes])],
		[AC_MSG_RESULT([no])
		AC_MSG_ERROR([the compiler's sanitizer does not work here])],
		[AC_MSG_RESULT([unknown])])
	CFLAGS=$saved_CFLAGS])
# gcc cannot follow our fences, and says so for each; that is known.
AS_CASE([$enable_sanitize], [*thread*], [DIAG_TRY_CFLAG([-Wno-tsan])])
AC_SUBST([SANITIZE_CFLAGS])
AM_CONDITIONAL([SANITIZE], [test -n "$SANITIZE_CFLAGS"])
])
