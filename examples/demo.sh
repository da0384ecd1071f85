#!/bin/sh
# demo.sh - what diag shows, on a server nobody here wrote and on a small
# program that leaks.  Run it with "make demo"; it needs redis-server and
# about 15 seconds, and leaves nothing behind.
set -u
diag=$DIAG_TOOL
leaky=$DEMO_LEAKY
dir=$(mktemp -d) || exit 1
server=

clean() {
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null
		wait "$server" 2>/dev/null
	fi
	rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' INT TERM

say() {
	printf '%s\n' "$@"
}

# The first N lines that match, indented.
show() {
	grep -E "$2" "$dir/log" | head -n "$1" | sed 's/^/    /'
	echo
}

redis() {
	redis-cli -s "$dir/socket" "$@" 2>/dev/null
}

start_server() {
	"$diag" run gctrace=1,schedtrace=1000,log="$dir/log" -- \
		redis-server --port 0 --unixsocket "$dir/socket" --save '' \
		--io-threads 2 --dir "$dir" >"$dir/out" 2>&1 &
	server=$!
	tries=0
	until redis ping | grep -q PONG; do
		tries=$((tries + 1))
		if [ "$tries" -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
			cat "$dir/out" >&2
			echo "demo: redis-server does not start" >&2
			exit 1
		fi
		sleep 0.1
	done
}

hunt_server() {
	say "1. A server under load" \
		"   \$ diag run gctrace=1,schedtrace=1000 -- redis-server ..."
	start_server
	timeout 9 redis-benchmark -s "$dir/socket" -q -n 1000000 -r 100000 \
		-d 1000 -P 4 -t set,get >/dev/null 2>&1
	redis flushall >/dev/null
	sleep 1.2
	redis shutdown nosave
	wait "$server"
	server=
	say "" "Its heap as it grew:" ""
	show 3 '^gc .*grow'
	cat <<END
Each gc line is a cycle of the heap. a->b->c MB is the resident heap before
and after it, and what is live; the goal is the live size at which the next
line comes; then objects (allocated - freed).

END
	say "Then it was told to forget everything (FLUSHALL):" ""
	show 2 '^gc .*(forced|purge)'
	cat <<END
The pages went back to the kernel. x/y/z ms cpu says who paid for that: the
program's own threads (they stood still that long), the background thread, a
purge the program asked for.

END
	say "Its threads, each second:" ""
	show 3 '^SCHED '
	cat <<END
procs are the CPUs it may use, idlethreads those of its threads that sleep.
cpu is what it used, delay how long its threads could have run and did not,
because all CPUs were busy: that is time your users wait. psi is the
kernel's word on the same.

END
}

hunt_leak() {
	say "2. A leak hunt" "   \$ diag run --leaks -- ./leaky" ""
	"$diag" run --leaks -- "$leaky" >"$dir/out" 2>&1
	status=$?
	sed 's/^/    /' "$dir/out"
	echo
	cat <<END
Every block that was never freed, by where it was allocated, exact to the
byte; the exit status is $status, so a test suite fails. The innermost line
that is yours says where to look: count_word() copies a word and forgets the
copy when it knows the word already.

END
	say "More: diag help, diag report, man diag, man 7 diag."
}

if ! command -v redis-server >/dev/null; then
	say "redis-server is not installed (./autogen.sh --deps installs it):" \
		"the server is left out." ""
else
	hunt_server
fi
hunt_leak
