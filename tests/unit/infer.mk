# tests/unit: pools that nobody told us about.
if HAVE_CHECK
INFER_UNIT_TESTS = tests/unit/test_gate tests/unit/test_sync \
	tests/unit/test_sync_first tests/unit/test_sync_room \
	tests/unit/test_sync_refused \
	tests/unit/test_home tests/unit/test_pools tests/unit/test_pools_queue \
	tests/unit/test_pools_sleep tests/unit/test_pools_task \
	tests/unit/test_pools_convoy \
	tests/unit/test_poolview tests/unit/test_cxxname \
	tests/unit/test_rustname
check_PROGRAMS += $(INFER_UNIT_TESTS)
TESTS += $(INFER_UNIT_TESTS)
tests_unit_test_gate_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_gate_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_home_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_home_LDADD = $(SCHED_UNIT_LIBS)
SYNC_UNIT_SOURCES = tests/unit/syncbed.h tests/unit/syncbed.c
tests_unit_test_sync_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_sync_SOURCES = tests/unit/test_sync.c $(SYNC_UNIT_SOURCES)
tests_unit_test_sync_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_sync_first_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_sync_first_SOURCES = tests/unit/test_sync_first.c \
	$(SYNC_UNIT_SOURCES)
tests_unit_test_sync_first_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_sync_room_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_sync_room_SOURCES = tests/unit/test_sync_room.c \
	$(SYNC_UNIT_SOURCES)
tests_unit_test_sync_room_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_sync_refused_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_sync_refused_SOURCES = tests/unit/test_sync_refused.c \
	$(SYNC_UNIT_SOURCES)
tests_unit_test_sync_refused_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_cxxname_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cxxname_SOURCES = tests/unit/test_cxxname.c \
	src/shim/names/cxxname.c
tests_unit_test_cxxname_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_rustname_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_rustname_SOURCES = tests/unit/test_rustname.c \
	src/shim/names/rustname.c src/shim/names/rustpath.c
tests_unit_test_rustname_LDADD = $(SCHED_UNIT_LIBS)
POOLS_UNIT_SOURCES = tests/unit/poolsbed.h tests/unit/poolsbed.c \
	src/shim/names/cxxname.c src/shim/names/rustname.c \
	src/shim/names/rustpath.c \
	src/shim/pools/pools.c src/shim/pools/pools_cell.c \
	src/shim/pools/pools_gate.c \
	src/shim/pools/pools_join.c src/shim/pools/pools_member.c \
	src/shim/pools/pools_place.c \
	src/shim/pools/pools_name.c src/shim/pools/pools_sleep.c \
	src/shim/pools/pools_task.c \
	src/shim/pools/pools_turn.c src/shim/pools/pools_view.c
tests_unit_test_pools_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_pools_SOURCES = tests/unit/test_pools.c $(POOLS_UNIT_SOURCES)
tests_unit_test_pools_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_pools_queue_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_pools_queue_SOURCES = tests/unit/test_pools_queue.c \
	$(POOLS_UNIT_SOURCES)
tests_unit_test_pools_queue_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_pools_convoy_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_pools_convoy_SOURCES = tests/unit/test_pools_convoy.c \
	$(POOLS_UNIT_SOURCES)
tests_unit_test_pools_convoy_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_pools_sleep_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_pools_sleep_SOURCES = tests/unit/test_pools_sleep.c \
	$(POOLS_UNIT_SOURCES)
tests_unit_test_pools_sleep_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_poolview_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_poolview_SOURCES = tests/unit/test_poolview.c \
	src/shim/pools/poolview.c src/shim/tasks/crew.c $(POOLS_UNIT_SOURCES)
tests_unit_test_poolview_LDADD = $(SCHED_UNIT_LIBS)
tests_unit_test_pools_task_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_pools_task_SOURCES = tests/unit/test_pools_task.c \
	$(POOLS_UNIT_SOURCES)
tests_unit_test_pools_task_LDADD = $(SCHED_UNIT_LIBS)
endif
