# lib.sh - what the tests of real servers share (bash).
#
# A test defines a function STEP and calls "modes STEP", which
# runs STEP once plain and once in each mode, with $tmp/MODE as its folder:
#	plain	without us
#	off	preloaded, DIAG unset
#	stderr	all four traces on standard error
#	file	all four traces in log= files
# STEP starts the server with "traced MODE command...", and leaves what must
# be the same in every mode in $tmp/MODE/out and its exit status in
# $tmp/MODE/status.  Afterwards every line of ours is checked.
#
# A missing program skips the test, but fails it when CI=true.  Servers
# listen on unix sockets or on loopback, and are ended by their process id.
set -u
umask 077
export LC_ALL=C
failed=0
ALL=gctrace=2,schedtrace=100,scheddetail=1,memstats=exit
tmp=$(mktemp -d /tmp/diag-servers.XXXXXX)
trap 'stop_all; rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM
pids=

say() { echo "$*"; }
fail() { echo "FAIL: $*"; failed=1; }

stop_all() {
	for pid in $pids; do
		kill -KILL "$pid" 2>/dev/null
	done
}

need() {
	for program in "$@"; do
		command -v "$program" >/dev/null && continue
		say "SKIP: $program is not installed"
		[ "${CI-}" = true ] && exit 1
		exit 77
	done
	if [ ! -e "$DIAG_LIB" ]; then
		say "SKIP: this configuration builds no libdiag.so"
		exit 77
	fi
}

# diag_of MODE: the value of DIAG in this mode.
diag_of() {
	case $1 in
	stderr) echo "$ALL,${TRACE:-allocfreetrace=1}" ;;
	file) echo "$ALL,${TRACE:-allocfreetrace=1},log=$tmp/$1/log.%p" ;;
	esac
}

# traced MODE COMMAND...: replaces this shell by the command.
traced() {
	local mode=$1 diag
	shift
	diag=$(diag_of "$mode")
	[ "$mode" = plain ] || export LD_PRELOAD="$DIAG_LIB"
	[ -z "$diag" ] || export DIAG="$diag"
	exec "$@"
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
	local tries=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# ended MODE PID SECONDS: waits for our child; its status goes to the file.
ended() {
	local status
	if ! wait_for "$3" gone_or_zombie "$2"; then
		fail "$1: the server did not end"
		kill -KILL "$2"
	fi
	wait "$2"
	status=$?
	echo $status >"$tmp/$1/status"
}

gone_or_zombie() {
	local state
	state=$(awk '/^State/ { print $2 }' "/proc/$1/status" 2>/dev/null)
	[ -z "$state" ] || [ "$state" = Z ]
}

# check_mode MODE: the same as plain, and every line of ours is right.
check_mode() {
	local dir=$tmp/$1
	for what in out status; do
		if ! cmp -s "$tmp/plain/$what" "$dir/$what"; then
			fail "$1: $what differs from the plain run"
			diff "$tmp/plain/$what" "$dir/$what" | head -10
		fi
	done
	case $1 in
	off)
		[ ! -s "$dir/ours" ] || fail "off: we printed something"
		;;
	stderr | file)
		python3 "$top_srcdir/tests/servers/check_log.py" \
			--min-lines 10 $(needs) $(logs_of "$1") ||
			fail "$1: the log"
		;;
	esac
}

needs() {
	local ere
	for ere in ${NEED-"^gc_" "^SCHED_" "^tracealloc" "^#_diag.MemStats"}; do
		echo "--need $(echo "$ere" | tr _ .)"
	done
}

logs_of() {
	if [ "$1" = file ]; then
		ls "$tmp/file"/log.*
	else
		# What the plain server says itself is taken out.
		grep -vE "${HOST_LINES:-^never-a-line$}" "$tmp/stderr/err" \
			>"$tmp/stderr/ours"
		echo "$tmp/stderr/ours"
	fi
}

modes() {
	local mode
	for mode in plain off stderr file; do
		mkdir -p "$tmp/$mode"
		: >"$tmp/$mode/out"
		: >"$tmp/$mode/err"
		"$1" "$mode" || fail "$mode: $1"
		[ "$mode" = plain ] || check_mode "$mode"
	done
	exit $failed
}

# batch: runs this test's own script with the argument "work" under the
# harness: plain, preloaded with DIAG unset, all traces on stderr, in files.
batch() {
	exec "$HARNESS" -t 240 -m '^SCHED|^# diag.MemStats' -m '^tracealloc' \
		-c "python3 $top_srcdir/tests/servers/check_log.py" \
		-d "" -d "$ALL,${TRACE:-allocfreetrace=1}" -l "$@" \
		-- bash "$0" work
}
