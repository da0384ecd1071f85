dnl DIAG_SANITIZE: --enable-sanitize builds the tool and the unit tests with
dnl ASan and UBSan.  The shim itself never is: it replaces malloc.
AC_DEFUN([DIAG_SANITIZE], [
AC_ARG_ENABLE([sanitize],
	[AS_HELP_STRING([--enable-sanitize@<:@=LIST@:>@],
		[build the tool and the unit tests with -fsanitize=LIST
		 (address,undefined)])],
	[], [enable_sanitize=no])
SANITIZE_CFLAGS=
AS_CASE([$enable_sanitize],
	[no], [],
	[yes], [SANITIZE_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"],
	[SANITIZE_CFLAGS="-fsanitize=$enable_sanitize -fno-sanitize-recover=all -fno-omit-frame-pointer"])
AC_SUBST([SANITIZE_CFLAGS])
AM_CONDITIONAL([SANITIZE], [test "$enable_sanitize" != no])
])
