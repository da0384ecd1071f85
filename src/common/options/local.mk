noinst_LTLIBRARIES += src/common/options/liboptions.la
COMMON_LIBS += src/common/options/liboptions.la
src_common_options_liboptions_la_SOURCES = src/common/options/options.h src/common/options/options.c
