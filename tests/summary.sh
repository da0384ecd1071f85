#!/bin/sh
# summary.sh - what the tests of make check-long come to, from their logs.
#
#	summary.sh BUILD SOURCE
#
# Prints one line; exits 1 when a part of it is missing.
build=$1 source=$2

# sum WORDS FOLDER: the sum of the numbers before these words.
sum() {
	cat "$build/tests/$2"/*.log 2>/dev/null | awk -v words="$1" '
		{ i = index($0, " " words) }
		i > 0 && $1 ~ /^[0-9]+$/ { n += $1 }
		END { printf "%.0f\n", n }'
}

hosts=$(sum 'programs, ' servers)
faults=$(sum 'faults injected' fault)
fuzzed=$(sum 'fuzz executions' fuzz)
hazards=0
for number in $(awk '/^[0-9]/ && $2 != "absent" { print $1 }' \
    "$source/tests/hazards/cases" | sort -un); do
	proved=1
	for test in $(awk -v n="$number" '$1 == n && $2 == "long" {
	    for (i = 3; i <= NF; i++) print $i }' \
	    "$source/tests/hazards/cases"); do
		grep -q '^:test-result: PASS' "$build/${test%.test}.trs" \
			2>/dev/null || proved=0
	done
	hazards=$((hazards + proved))
done
bad=$(find "$build/tests" -name '*.trs' -exec grep -lE \
	'^:test-result: (FAIL|ERROR)' {} + 2>/dev/null | wc -l)
lost=$([ "$bad" = 0 ] && echo 'nothing lost' || echo "$bad tests failed")
echo "$hosts hosts, $hazards hazards, $faults faults injected," \
	"$fuzzed fuzz executions, $lost"
[ "$hosts" -gt 0 ] && [ "$hazards" -gt 0 ] && [ "$faults" -gt 0 ] &&
	[ "$fuzzed" -gt 0 ] && [ "$bad" = 0 ]
