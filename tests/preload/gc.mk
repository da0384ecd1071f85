# gctrace and memstats tell the truth
GC_PRELOAD_TESTS = tests/preload/gctrace.test tests/preload/memstats.test \
	tests/preload/ticker.test
TESTS += $(GC_PRELOAD_TESTS)
dist_check_SCRIPTS += $(GC_PRELOAD_TESTS)
EXTRA_DIST += tests/preload/gc_lib.sh tests/preload/memstats_agree.py
