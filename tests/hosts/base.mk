# The host of bad outputs.
check_PROGRAMS += tests/hosts/bad_sink
