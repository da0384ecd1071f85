noinst_LTLIBRARIES += src/common/symbol/libsymbol.la
COMMON_LIBS += src/common/symbol/libsymbol.la
src_common_symbol_libsymbol_la_SOURCES = src/common/symbol/symbol.h \
	src/common/symbol/symbol.c src/common/symbol/elf.h src/common/symbol/elf.c \
	src/common/symbol/headers.h src/common/symbol/headers.c \
	src/common/symbol/image.h src/common/symbol/image.c
