dnl DIAG_ELFUTILS: libdw, libelf, zlib and the demangler, for the diag command.
AC_DEFUN([DIAG_ELFUTILS], [
PKG_CHECK_MODULES([ELFUTILS], [libdw >= 0.180 libelf zlib])
AC_CHECK_HEADER([libiberty/demangle.h], [],
	[AC_MSG_ERROR([libiberty/demangle.h not found: install libiberty-dev])])
])
