# alloctext.awk - reads a log of allocfreetrace and proves that it is whole.
#
# Every tracefree names a block that was allocated and not yet freed, with the
# same size; what is left at the end is what the leak summary says; a stack is
# told once and before its first use; a module is named once and before its
# first frame.  -v brief=1 for allocfreetrace=2.  Prints the first fault.

function fault(what) {
	if (bad == "")
		bad = FILENAME ":" NR ": " what ": " $0
}

# mawk has no strtonum().
function number(hex, i, n) {
	n = 0
	for (i = 3; i <= length(hex); i++)
		n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
	return n
}

function check_stack_word() {
	if (!brief)
		return
	if ($(NF - 1) != "stack" || !($NF in told))
		fault("its stack was not told before")
}

{ sub(/^diag\[[0-9]+\] /, "") }

/^module / {
	if ($2 in module)
		fault("named twice")
	module[$2] = 1
	next
}

/^stack [0-9]+:$/ {
	sub(/:/, "", $2)
	if ($2 in told)
		fault("told twice")
	told[$2] = 1
	next
}

/^tracealloc\(/ {
	split($1, part, /[(,]/)
	if (part[2] in live)
		fault("allocated twice")
	split($2, size, /[\/,]/)
	if (number(size[1]) > number(size[2]))
		fault("less is usable than was asked for")
	live[part[2]] = $2
	bytes += number(size[1])
	blocks++
	allocs++
	check_stack_word()
	next
}

/^tracefree\(/ {
	split($1, part, /[(,]/)
	if (!(part[2] in live))
		fault("freed but not allocated")
	else if (live[part[2]] != $2)
		fault("freed with another size than " live[part[2]])
	split($2, size, /[\/,]/)
	delete live[part[2]]
	bytes -= number(size[1])
	blocks--
	frees++
	if (!/ age=[0-9]+\.[0-9]+/)
		fault("no age")
	check_stack_word()
	next
}

/^leaks: / {
	summaries++
	if ($2 != bytes || $5 != blocks || $11 != allocs || $13 != frees)
		fault("the text has " bytes " bytes in " blocks " blocks, " \
		    allocs " allocations, " frees " frees")
}

/^\t/ && /\)$/ {
	name = $NF
	gsub(/^\(|\+0x[0-9a-f]+\)$/, "", name)
	if (name != "?" && !(name in module))
		fault("its module was not named before")
	frames++
}

END {
	if (summaries != 1)
		fault(summaries + 0 " summaries")
	if (allocs == 0 || frames == 0)
		fault("nothing in it")
	if (bad != "") {
		print bad
		exit 1
	}
}
