# tests/hazards: the list of what breaks preloaded shims, case by case.
HAZARD_TESTS = tests/hazards/sandbox.test tests/hazards/stacks.test \
	tests/hazards/jumps.test tests/hazards/calls.test \
	tests/hazards/signals.test tests/hazards/descriptors.test \
	tests/hazards/preloads.test tests/hazards/loader.test \
	tests/hazards/secure.test tests/hazards/limits.test \
	tests/hazards/places.test tests/hazards/stress.test \
	tests/hazards/kernel.test tests/hazards/cgroup.test \
	tests/hazards/valgrind.test tests/hazards/sanitizers.test
HAZARD_LONG_TESTS = tests/hazards/exits_long.test \
	tests/hazards/stress_long.test tests/hazards/soak_long.test
TESTS += $(HAZARD_TESTS)
LONG_TESTS += $(HAZARD_LONG_TESTS)
dist_check_SCRIPTS += $(HAZARD_TESTS) $(HAZARD_LONG_TESTS)
EXTRA_DIST += tests/hazards/lib.sh tests/hazards/cases \
	tests/hazards/outputs.py
