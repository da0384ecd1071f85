# Programs that use runtimes with thread pools.
RUNTIME_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
RUNTIME_COMMON = tests/hosts/pool_log.h tests/hosts/pool_log.c
EXTRA_DIST += $(RUNTIME_COMMON) tests/hosts/pool_uv.c \
	tests/hosts/pool_glib.c tests/hosts/pool_apr.c \
	tests/hosts/churn_uv.c tests/hosts/churn_glib.c tests/hosts/churn_apr.c
if HAVE_UV
check_PROGRAMS += tests/hosts/pool_uv tests/hosts/churn_uv
tests_hosts_churn_uv_SOURCES = tests/hosts/churn_uv.c
tests_hosts_churn_uv_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
tests_hosts_churn_uv_LDADD = $(UV_LIBS)
tests_hosts_pool_uv_SOURCES = tests/hosts/pool_uv.c $(RUNTIME_COMMON)
tests_hosts_pool_uv_CPPFLAGS = $(RUNTIME_CPPFLAGS) $(UV_CFLAGS)
tests_hosts_pool_uv_LDADD = $(UV_LIBS)
endif
if HAVE_GIO
check_PROGRAMS += tests/hosts/pool_glib tests/hosts/churn_glib
tests_hosts_churn_glib_SOURCES = tests/hosts/churn_glib.c
tests_hosts_churn_glib_CPPFLAGS = $(AM_CPPFLAGS) $(GIO_CFLAGS)
tests_hosts_churn_glib_LDADD = $(GIO_LIBS)
tests_hosts_pool_glib_SOURCES = tests/hosts/pool_glib.c $(RUNTIME_COMMON)
tests_hosts_pool_glib_CPPFLAGS = $(RUNTIME_CPPFLAGS) $(GIO_CFLAGS)
tests_hosts_pool_glib_LDADD = $(GIO_LIBS)
endif
if HAVE_APU
check_PROGRAMS += tests/hosts/pool_apr tests/hosts/churn_apr
tests_hosts_churn_apr_SOURCES = tests/hosts/churn_apr.c
tests_hosts_churn_apr_CPPFLAGS = $(AM_CPPFLAGS) $(APU_CFLAGS:-D_GNU_SOURCE=)
tests_hosts_churn_apr_LDADD = $(APU_LIBS)
tests_hosts_pool_apr_SOURCES = tests/hosts/pool_apr.c $(RUNTIME_COMMON)
tests_hosts_pool_apr_CPPFLAGS = $(RUNTIME_CPPFLAGS) $(APU_CFLAGS:-D_GNU_SOURCE=)
tests_hosts_pool_apr_LDADD = $(APU_LIBS)
endif
# runtimes.test builds these itself.
EXTRA_DIST += tests/hosts/runtime_loader.c tests/hosts/runtime_copy.c \
	tests/hosts/runtime_absent.c
