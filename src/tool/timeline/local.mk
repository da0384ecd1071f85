noinst_LTLIBRARIES += src/tool/timeline/libtimeline.la
TOOL_LIBS += src/tool/timeline/libtimeline.la
src_tool_timeline_libtimeline_la_SOURCES = \
	src/tool/timeline/chart.h src/tool/timeline/chart.c \
	src/tool/timeline/digest.h src/tool/timeline/digest.c \
	src/tool/timeline/digest_print.c \
	src/tool/timeline/grid.h src/tool/timeline/grid.c \
	src/tool/timeline/panels.h src/tool/timeline/panels.c \
	src/tool/timeline/panels_heap.c src/tool/timeline/panels_tips.c \
	src/tool/timeline/periodline.h src/tool/timeline/periodline.c \
	src/tool/timeline/picture.h src/tool/timeline/picture.c \
	src/tool/timeline/timeline.h src/tool/timeline/timeline.c
