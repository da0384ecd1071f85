dnl DIAG_WARNINGS: which warnings does the compiler know?  They are errors
dnl with --enable-maintainer-mode, which autogen.sh passes.
AC_DEFUN([DIAG_WARNINGS], [
WARN_CFLAGS=
m4_foreach_w([flag], [-Wall -Wextra -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith
	-Wwrite-strings -Wundef -Wvla -Wformat=2 -Wcast-qual
	-Wno-unused-parameter -Wno-missing-field-initializers],
	[DIAG_TRY_CFLAG(flag)])
AS_IF([test "x$USE_MAINTAINER_MODE" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
AC_SUBST([WARN_CFLAGS])
])
AC_DEFUN([DIAG_TRY_CFLAG], [
saved_CFLAGS=$CFLAGS
CFLAGS="$CFLAGS -Werror $1"
AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [WARN_CFLAGS="$WARN_CFLAGS $1"])
CFLAGS=$saved_CFLAGS
])
