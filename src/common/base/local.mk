noinst_LTLIBRARIES += src/common/base/libbase.la
COMMON_LIBS += src/common/base/libbase.la
src_common_base_libbase_la_SOURCES = src/common/base/attrs.h src/common/base/sys.h \
	src/common/base/buf.h src/common/base/buf.c \
	src/common/base/bufclean.c src/common/base/bufprint.c \
	src/common/base/clock.h src/common/base/clock.c \
	src/common/base/dir.h src/common/base/dir.c \
	src/common/base/emulated.h \
	src/common/base/errname.h src/common/base/errname.c \
	src/common/base/linkmap.h src/common/base/linkmap.c \
	src/common/base/lock.h src/common/base/lock.c \
	src/common/base/mem.h src/common/base/mem.c \
	src/common/base/proc.h src/common/base/proc.c \
	src/common/base/sigmask.h src/common/base/sigmask.c \
	src/common/base/stamp.h src/common/base/stamp.c \
	src/common/base/ticks.h src/common/base/relaxed.h src/common/base/ticks.c \
	src/common/base/vdso.h src/common/base/vdso.c
