# Pools that we are told about.
src_shim_sched_libsched_la_SOURCES += \
	src/shim/sched/fullness.h src/shim/sched/fullness.c \
	src/shim/sched/histogram.h src/shim/sched/histogram.c \
	src/shim/sched/pool.h src/shim/sched/pool_state.h \
	src/shim/sched/pool.c src/shim/sched/pool_lane.c \
	src/shim/sched/pool_oldest.c src/shim/sched/pool_read.c \
	src/shim/sched/pool_submit.c src/shim/sched/pool_task.c \
	src/shim/sched/taskmap.h src/shim/sched/taskmap.c
