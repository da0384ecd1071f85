bin_PROGRAMS += diag
diag_SOURCES = src/tool/cli/main.c
diag_LDADD = $(TOOL_LIBS) $(COMMON_LIBS) $(ELFUTILS_LIBS) -liberty
diag_CPPFLAGS = $(AM_CPPFLAGS) $(ELFUTILS_CFLAGS)
