# heaps, cycles, and the one periodic thread
check_PROGRAMS += tests/hosts/heap_shapes
tests_hosts_heap_shapes_SOURCES = tests/hosts/heap_shapes.c
tests_hosts_heap_shapes_CFLAGS = $(AM_CFLAGS) -fno-builtin-malloc \
	-fno-builtin-free
check_PROGRAMS += tests/hosts/one_more_thread
tests_hosts_one_more_thread_SOURCES = tests/hosts/one_more_thread.c
check_PROGRAMS += tests/hosts/thread_bytes
tests_hosts_thread_bytes_SOURCES = tests/hosts/thread_bytes.c
tests_hosts_thread_bytes_CFLAGS = $(AM_CFLAGS) -fno-builtin-malloc \
	-fno-builtin-free -fno-builtin-realloc
