# tests/servers: real programs, with and without us, all traces on.
SERVER_TESTS = tests/servers/redis.test tests/servers/memcached.test \
	tests/servers/nginx.test tests/servers/python.test \
	tests/servers/git.test tests/servers/gcc.test tests/servers/php.test \
	tests/servers/bash.test tests/servers/sqlite.test
TESTS += $(SERVER_TESTS)
dist_check_SCRIPTS += $(SERVER_TESTS)
LONG_TESTS += tests/servers/matrix.test
dist_check_SCRIPTS += tests/servers/matrix.test
EXTRA_DIST += tests/servers/matrix.sh tests/servers/matrix_work.sh \
	tests/servers/matrix_more.sh \
	tests/servers/lib.sh tests/servers/check_log.py \
	tests/servers/memcached_load.py \
	tests/servers/support.py tests/servers/python_work.py
include tests/servers/infer.mk
