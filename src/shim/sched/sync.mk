# What waits, locks and signals tell about pools.
src_shim_sched_libsched_la_SOURCES += \
	src/shim/sched/gate.h src/shim/sched/gate.c \
	src/shim/sched/gate_queue.c \
	src/shim/sched/sync.h src/shim/sched/sync.c \
	src/shim/sched/sync_bring.h src/shim/sched/sync_bring.c \
	src/shim/sched/sync_cond.h src/shim/sched/sync_cond.c \
	src/shim/sched/sync_site.h src/shim/sched/sync_site.c \
	src/shim/sched/sync_sem.h src/shim/sched/sync_sem.c \
	src/shim/sched/work.h
