# lib.sh - what the tests of hazards share (sh).
#
# same WHAT OPTION... -- HOST...: the harness runs the host plain, and in every
# mode: preloaded alone; all traces on stderr and in files; the tape with its
# notices on stderr and in files.  What differs is shown, and the test fails.
set -u
HAZARD_TRACES=gctrace=2,schedtrace=20,scheddetail=1,memstats=exit
HAZARD_TRACES=$HAZARD_TRACES,allocfreetrace=2
dir=$(mktemp -d /tmp/diag-hazard.XXXXXX) || exit 99
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
chmod 711 "$dir"
failures=0
cases=0

fail() {
	echo "FAIL: $*" >&2
	failures=$((failures + 1))
}

same() {
	name=$1
	shift
	cases=$((cases + 1))
	"$HARNESS" -t 120 -d '' -d "$HAZARD_TRACES" -l \
		-d "leaks=3,gctrace=1,tape=$dir/tape.%p" "$@"
	case $? in
	0) echo "same     $name" ;;
	77) echo "skipped  $name" ;;
	*) fail "$name" ;;
	esac
	rm -f "$dir"/tape.*
}

# has WHAT: true when a thing is there; otherwise says that it is not.
has() {
	if [ -e "$1" ] || command -v "$1" >/dev/null 2>&1; then
		return 0
	fi
	echo "skipped  $1 is not there"
	return 1
}

# build OUTPUT SOURCE FLAG...: false when it cannot be built here.
build() {
	out=$1 source=$2
	shift 2
	case $source in
	*.cc) set -- -x c++ "$source" -x none "$@" && compiler=${CXX:-c++} ;;
	*) set -- "$source" "$@" && compiler=${CC:-cc} ;;
	esac
	$compiler -O1 -w -D_GNU_SOURCE -o "$out" "$@" 2>"$dir/cc.err" ||
		{ echo "skipped  ${out##*/}: it cannot be built here"; false; }
}

finish() {
	echo "$cases cases, $failures failed"
	[ $failures = 0 ]
	exit
}
