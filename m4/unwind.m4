dnl DIAG_UNWIND: libunwind, one of the two that tests hold our unwinder
dnl against.  Nothing that is installed uses it.
AC_DEFUN([DIAG_UNWIND], [
PKG_CHECK_MODULES([UNWIND], [libunwind], [have_unwind=yes], [have_unwind=no])
AM_CONDITIONAL([HAVE_UNWIND], [test "$have_unwind" = yes])
])
