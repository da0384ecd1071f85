# tests/hosts
include tests/hosts/alloc.mk
