#!/bin/sh
# fuzz - builds each fuzz target with clang's fuzzer and sanitizers and lets
# it look for SECONDS.  What it finds stays in the folder it names.
set -eu
: "${srcdir=.}" "${FUZZ_CC=clang}"
seconds=${1:-60}
found=$(mktemp -d)
sh "$srcdir/tests/fuzz/seeds.sh" "$found/seeds"
for target in options proc; do
	mkdir -p "$found/$target"
	"$FUZZ_CC" -std=gnu11 -D_GNU_SOURCE= -g -O1 \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    -I"$srcdir/src" -I"$srcdir/tests/fuzz" \
	    "$srcdir/tests/fuzz/fuzz_$target.c" \
	    "$srcdir"/src/common/options/*.c "$srcdir"/src/common/base/*.c \
	    -o "$found/fuzz_$target"
	echo "fuzz_$target: $seconds s, findings go to $found"
	"$found/fuzz_$target" -max_total_time="$seconds" -max_len=4096 \
	    -artifact_prefix="$found/" -verbosity=0 -print_final_stats=1 \
	    "$found/$target" "$found/seeds/$target"
done
rm -rf "$found"
