# tests/hosts
include tests/hosts/alloc.mk
include tests/hosts/gc.mk
include tests/hosts/base.mk
include tests/hosts/sched.mk
include tests/hosts/heap.mk
