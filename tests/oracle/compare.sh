# compare.sh - real programs with the oracle preloaded; sourced by the tests.
#
# compare MOST REDIS: at most MOST stacks of each program.  Prints a line per
# process and the shares that are identical; fails below 99.9 % against libgcc,
# when one of our walks has a frame that libgcc's has not, and when one ends
# early and does not say so.

programs() {
	here=$top_srcdir/tests/oracle
	cc1=$(gcc -print-prog-name=cc1)

	PYTHONMALLOC=malloc python3 "$here/workload.py" "$2" >/dev/null
	sqlite3 :memory: ".param init" ".param set @n $2" \
		".read $here/table.sql" >/dev/null
	if [ -x "$cc1" ] && [ -e "$1/big.i" ]; then
		"$cc1" -quiet -fpreprocessed -O2 "$1/big.i" -o /dev/null
	fi
	[ ! -x "$1/throw" ] || "$1/throw" "$2" >/dev/null
}

redis() {
	redis-server --port 23111 --save '' --daemonize no >/dev/null &
	server=$!
	env -u LD_PRELOAD timeout 120 redis-benchmark -p 23111 -q -n "$1" -t \
		set,get,lpush,zadd,hset,mset -r 1000 >/dev/null 2>&1
	kill "$server"
	wait "$server"
}

# The programs that have to be built: a large file for cc1, one that throws.
prepare() {
	gcc -D_GNU_SOURCE -E -include "$top_srcdir/tests/oracle/oracle.c" \
		-I"$top_srcdir/src" -I"$top_srcdir" -x c /dev/null \
		-o "$1/big.i" 2>/dev/null || rm -f "$1/big.i"
	g++ -O2 -I"$top_srcdir" -c -o "$1/throw.o" \
		"$top_srcdir/tests/hosts/unwind_throw.cc" &&
	gcc -O2 -I"$top_srcdir" -c -o "$1/chain.o" \
		"$top_srcdir/tests/oracle/chain.c" &&
	g++ -o "$1/throw" "$1/throw.o" "$1/chain.o"
}

# judge REPORT: the sums, and whether they are good enough.
judge() {
	awk '
	/ stacks [0-9]+ frames / {
		for (i = 2; i < NF; i++) {
			if ($i == "stacks") stacks += $(i + 1)
			if ($i == "frames") frames += $(i + 1)
			if ($i == "libgcc" || $i == "libunwind") o = $i
			if ($i == "same") same[o] += $(i + 1)
			if ($i == "other") other[o] += $(i + 1)
			if ($i ~ /^(shorter|longer)/) {
				if ($(i + 1) > 0) kind[o " " $i] += $(i + 1)
			}
		}
	}
	END {
		if (stacks == 0) { print "no stacks"; exit 1 }
		printf "%d stacks, %d frames\n", stacks, frames
		for (o in same) printf "%s: identical %.4f %%, other %d\n",
			o, 100 * same[o] / stacks, other[o]
		for (k in kind) printf "%s: %d\n", k, kind[k]
		exit !(same["libgcc"] >= 0.999 * stacks &&
		    other["libgcc"] == 0 && !kind["libgcc shorter-whole"])
	}' "$1"
}
