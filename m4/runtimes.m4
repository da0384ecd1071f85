dnl DIAG_RUNTIMES - runtimes with thread pools, for the tests alone: a host is
dnl built for each that is there.
AC_DEFUN([DIAG_RUNTIMES], [
PKG_CHECK_MODULES([UV], [libuv >= 1.30], [have_uv=yes], [have_uv=no])
PKG_CHECK_MODULES([GIO], [gio-2.0 >= 2.70], [have_gio=yes], [have_gio=no])
PKG_CHECK_MODULES([APU], [apr-util-1 >= 1.5 apr-1], [have_apu=yes],
	[have_apu=no])
AM_CONDITIONAL([HAVE_UV], [test "$have_uv" = yes])
AM_CONDITIONAL([HAVE_GIO], [test "$have_gio" = yes])
AM_CONDITIONAL([HAVE_APU], [test "$have_apu" = yes])
])
