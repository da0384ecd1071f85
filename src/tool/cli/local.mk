# The diag command.  What its tests need is a library; main.c is on top.
noinst_LTLIBRARIES += src/tool/cli/libcli.la
src_tool_cli_libcli_la_SOURCES = \
	src/tool/cli/elfinfo.h src/tool/cli/elfinfo.c \
	src/tool/cli/inspect.h src/tool/cli/inspect.c \
	src/tool/cli/items.h src/tool/cli/items.c \
	src/tool/cli/leakrun.h src/tool/cli/leakrun.c \
	src/tool/cli/locate.h src/tool/cli/locate.c \
	src/tool/cli/options_say.h src/tool/cli/options_say.c \
	src/tool/cli/operands.h src/tool/cli/operands.c \
	src/tool/cli/say.h src/tool/cli/say.c \
	src/tool/cli/search.h src/tool/cli/search.c \
	src/tool/cli/spool.h src/tool/cli/spool.c \
	src/tool/cli/shebang.h src/tool/cli/shebang.c \
	src/tool/cli/verbs.h src/tool/cli/verbs.c \
	src/tool/cli/verb_ctl.c \
	src/tool/cli/verb_env.c src/tool/cli/verb_help.c \
	src/tool/cli/verb_plot.c src/tool/cli/verb_report.c \
	src/tool/cli/verb_run.c
src_tool_cli_libcli_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DDIAG_LIBDIR='"$(libdir)"'

bin_PROGRAMS += diag
diag_SOURCES = src/tool/cli/main.c
diag_LDADD = src/tool/cli/libcli.la $(DIAG_TOOL_LIBS)

# Users before what they use: the order in which a linker looks.
DIAG_TOOL_LIBS = src/tool/report/libreport.la src/tool/dwarf/libdwarf.la \
	src/tool/timeline/libtimeline.la src/tool/base/libtoolbase.la \
	src/common/tape/libtape.la src/common/symbol/libsymbol.la \
	src/common/options/liboptions.la src/common/base/libbase.la \
	$(ELFUTILS_LIBS) -liberty -lm
diag_CPPFLAGS = $(AM_CPPFLAGS) $(ELFUTILS_CFLAGS)
