noinst_LTLIBRARIES += src/tool/report/libreport.la
TOOL_LIBS += src/tool/report/libreport.la
src_tool_report_libreport_la_SOURCES = \
	src/tool/report/blocks.h src/tool/report/blocks.c \
	src/tool/report/calltree.h src/tool/report/calltree.c \
	src/tool/report/collector.h src/tool/report/collector.c \
	src/tool/report/events.c \
	src/tool/report/filters.h src/tool/report/filters.c \
	src/tool/report/groups.h src/tool/report/groups.c \
	src/tool/report/keys.h src/tool/report/keys.c \
	src/tool/report/logline.h src/tool/report/logline.c \
	src/tool/report/logsearch.h src/tool/report/logsearch.c \
	src/tool/report/lognames.h src/tool/report/lognames.c \
	src/tool/report/logreader.h src/tool/report/logreader.c \
	src/tool/report/model.h src/tool/report/model.c \
	src/tool/report/names.h src/tool/report/names.c \
	src/tool/report/out_diff.c src/tool/report/out_flame.c \
	src/tool/report/out_gperf.c src/tool/report/out_json.c src/tool/report/out_lists.c \
	src/tool/report/out_plot.c src/tool/report/out_pprof.c \
	src/tool/report/out_summary.c src/tool/report/out_tree.c \
	src/tool/report/proto.h src/tool/report/proto.c \
	src/tool/report/readnotes.h src/tool/report/readnotes.c \
	src/tool/report/report.h src/tool/report/report.c \
	src/tool/report/summaries.h src/tool/report/summaries.c \
	src/tool/report/suppress.h src/tool/report/suppress.c \
	src/tool/report/tapechunks.h src/tool/report/tapechunks.c \
	src/tool/report/tapereader.h src/tool/report/tapereader.c \
	src/tool/report/tapestacks.h src/tool/report/tapestacks.c \
	src/tool/report/told.h src/tool/report/told.c
