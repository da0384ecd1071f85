#!/bin/sh
# run.sh - make fuzz: each target under clang's libFuzzer for a while.
#
#	run.sh SOURCE BUILD SECONDS [NAME...]
#
# The corpus and the findings are kept in BUILD/tests/fuzz/NAME.d; a finding
# is replayed with tests/fuzz/fuzz_NAME FILE.
set -eu
source=$1 build=$2 seconds=$3
shift 3
failed=0
[ $# -gt 0 ] || set -- $(cd "$source/tests/fuzz" && ls fuzz_*.c |
	grep -v fuzz_main |
	sed 's/^fuzz_\(.*\)\.c$/\1/')
if ! command -v clang >/dev/null; then
	echo "SKIP: there is no clang"
	exit 77
fi
for name in "$@"; do
	target=$source/tests/fuzz/fuzz_$name.c
	dir=$build/tests/fuzz/$name.d
	mkdir -p "$dir/corpus" "$dir/found"
	sources=
	for part in $(sed -n 's/^ \* sources: //p' "$target"); do
		[ ! -d "$source/$part" ] || part=$part/*.c
		sources="$sources $part"
	done
	libs=$(sed -n 's/^ \* libs: //p' "$target")
	# shellcheck disable=SC2086 # the list of sources is words and patterns
	(cd "$source" && clang -g -O1 -std=gnu11 -D_GNU_SOURCE= -DFUZZING -w \
		-fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -I. -Isrc -Itests/fuzz \
		-I"$build/src" -o "$dir/fuzz" "$target" $sources $libs)
	if [ -d "$source/tests/fuzz/seeds/$name" ]; then
		cp "$source/tests/fuzz/seeds/$name"/* "$dir/corpus"
	elif [ -x "$build/tests/fuzz/fuzz_$name" ] &&
	    grep -q fuzz_seed "$target"; then
		"$build/tests/fuzz/fuzz_$name" -s "$dir/corpus"
	else
		sh "$source/tests/fuzz/seeds.sh" "$dir/all"
		cp "$dir/all/$name"/* "$dir/corpus"
	fi
	echo "== $name, $seconds s"
	"$dir/fuzz" -max_total_time="$seconds" -print_final_stats=1 \
		-artifact_prefix="$dir/found/" "$dir/corpus" \
		>"$dir/log" 2>&1 || failed=1
	grep -E 'number_of_executed|SUMMARY|ERROR' "$dir/log" || true
done
exit $failed
