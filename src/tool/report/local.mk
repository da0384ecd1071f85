noinst_LTLIBRARIES += src/tool/report/libreport.la
TOOL_LIBS += src/tool/report/libreport.la
src_tool_report_libreport_la_SOURCES = src/tool/report/report.h src/tool/report/report.c
