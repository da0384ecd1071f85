noinst_LTLIBRARIES += src/tool/base/libtoolbase.la
TOOL_LIBS += src/tool/base/libtoolbase.la
src_tool_base_libtoolbase_la_SOURCES = \
	src/tool/base/alloc.h src/tool/base/alloc.c \
	src/tool/base/bar.h src/tool/base/bar.c \
	src/tool/base/bigstack.h src/tool/base/bigstack.c \
	src/tool/base/figures.h src/tool/base/figures.c \
	src/tool/base/index.h src/tool/base/index.c \
	src/tool/base/input.h src/tool/base/input.c \
	src/tool/base/scan.h src/tool/base/scan.c \
	src/tool/base/strings.h src/tool/base/strings.c
