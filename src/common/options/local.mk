noinst_LTLIBRARIES += src/common/options/liboptions.la
COMMON_LIBS += src/common/options/liboptions.la
src_common_options_liboptions_la_SOURCES = \
	src/common/options/nearest.h src/common/options/nearest.c \
	src/common/options/options.h src/common/options/options.c \
	src/common/options/optionshelp.c \
	src/common/options/optionswrite.c \
	src/common/options/signame.h src/common/options/signame.c \
	src/common/options/table.h src/common/options/table.c \
	src/common/options/value.h src/common/options/value.c
