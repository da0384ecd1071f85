# What the command costs: a script that prints rows, on hosts of the tests.
BENCH_ALSO = $(abs_top_srcdir)/bench/tool.py
BENCH_HOSTS = tests/hosts/tape_churn tests/hosts/leak_noise
EXTRA_DIST += bench/tool.py

# What no neighbour disturbs: counts of instructions.
BENCH_ALSO += $(abs_top_srcdir)/bench/counted.py
EXTRA_DIST += bench/counted.py
