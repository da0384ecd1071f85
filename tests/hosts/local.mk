# tests/hosts
