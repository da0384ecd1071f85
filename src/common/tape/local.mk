noinst_LTLIBRARIES += src/common/tape/libtape.la
COMMON_LIBS += src/common/tape/libtape.la
src_common_tape_libtape_la_SOURCES = src/common/tape/tape.h \
	src/common/tape/varint.h src/common/tape/putevent.h src/common/tape/encode.c \
	src/common/tape/decode.c src/common/tape/sum.c
