noinst_LTLIBRARIES += src/shim/proc/libproc.la
SHIM_LIBS += src/shim/proc/libproc.la
src_shim_proc_libproc_la_SOURCES = \
	src/shim/proc/cpus.h src/shim/proc/cpus.c \
	src/shim/proc/procfs.h src/shim/proc/procfs.c \
	src/shim/proc/procfs_parse.c \
	src/shim/proc/smaps.h src/shim/proc/smaps.c
EXTRA_DIST += src/shim/proc/IMPORTS
