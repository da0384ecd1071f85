dnl DIAG_CHECK: the unit test framework, for make check.
AC_DEFUN([DIAG_CHECK], [
PKG_CHECK_MODULES([CHECK], [check >= 0.15], [have_check=yes], [have_check=no])
AM_CONDITIONAL([HAVE_CHECK], [test "$have_check" = yes])
])
