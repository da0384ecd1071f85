# gc_lib.sh - what the tests of gctrace and memstats share (sh).
set -u
export LC_ALL=C
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
failures=0
log=$dir/log truth=$dir/truth
host=$HOSTS/heap_shapes

if [ ! -e "$DIAG_LIB" ]; then
	echo "SKIP: this configuration builds no libdiag.so"
	exit 77
fi

fail() {
	echo "$shape: $*" >&2
	failures=$((failures + 1))
}

# run DIAG SHAPE: runs the host with a log, which $log holds then; $truth
# holds what the host knew at its end.
run() {
	shape=$2
	rm -f "$log" "$truth"
	timeout 60 env DIAG="$1,log=$log" LD_PRELOAD="$DIAG_LIB" \
		"$host" "$shape" "$truth" >/dev/null 2>"$dir/err" ||
		fail "the host ended with $?"
	[ ! -s "$dir/err" ] || fail "on stderr: $(cat "$dir/err")"
	touch "$log" "$truth"
}

# true_value NAME: from $truth.
true_value() {
	awk -v name="$1" '$1 == name { print $2 }' "$truth"
}

# near WHAT A B SLACK: A and B differ by SLACK at most.
near() {
	awk -v a="${2:-x}" -v b="${3:-y}" -v s="$4" 'BEGIN {
		exit a == "x" || b == "y" || a - b > s || b - a > s }' ||
		fail "$1: ${2:-nothing} is not ${3:-nothing} (within $4)"
}

done_testing() {
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}
