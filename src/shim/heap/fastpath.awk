# fastpath - jemalloc's own fast paths, as macros for shim/preload/hot.S.
#
#	objdump -drt --no-show-raw-insn libjem.a | awk -f fastpath.awk
#
# What malloc() and free() do when nothing is armed is jemalloc's code, to the
# instruction, with the address of one table changed, so that asking "is
# anything armed?" costs nothing at all.  Both add the block's size, looked up
# by its class in jem_sizes, to a counter of the thread's bytes, and leave the
# fast path where the sum has passed a limit.  Ours look it up in @path_sizes
# (state_sizes, state_new_sizes): jemalloc's table, or, while something is armed, sizes
# that pass any limit.  That one branch leads to @armed, all others to @cold.
#
# Where blocks are counted and nothing else is, the path goes on at @armed with
# "rest": from the last instruction that sets the sum anew, with jemalloc's own
# table, to the end.  Until then the register of the sum is free (SCRATCH).
#
# Nothing is assumed about jemalloc's structures.  What is assumed about the
# code's shape is tested here: plain moves, sums and compares, no stack, no
# calls, one way out, the table loaded once and used once.  An archive with
# another shape gets macros that test and jump (FASTPATH 0).

function give_up(why)
{
	if (failed == "")
		failed = why
}

# The address that a branch goes to, "" when it leaves the function.
function target(text,   part)
{
	split(text, part, /[ \t]+/)
	return index(part[3], "<" name ">") == 1 ||
	    index(part[3], "<" name "+") == 1 ? part[2] : ""
}

# "jmp je_malloc_default": the one way out.
function is_exit(i)
{
	return text[i] ~ /^jmp / && target(text[i]) == ""
}

# One instruction with its relocation, as the assembler takes it.
function operand(i,   how)
{
	if (reloc[i] == "" || text[i] ~ /@/)
		return text[i]
	if (reloc[i] ~ /^R_X86_64_(REX_)?GOTPCRELX?$/)
		how = "@GOTPCREL"
	else if (reloc[i] == "R_X86_64_GOTTPOFF")
		how = "@gottpoff"
	else
		give_up("a relocation of another kind: " reloc[i])
	if (symbol[i] !~ /-0x4$/ || text[i] !~ /^mov +0x0\(%rip\),%r/)
		give_up("a relocation in another place: " text[i])
	sub(/-0x4$/, "", symbol[i])
	sub(/0x0\(%rip\)/, symbol[i] how "(%rip)", text[i])
	return text[i]
}

function check(i)
{
	if (text[i] !~ /^(cmp|lea|mov|movzbl|movzwl|shr|shl|add|sub|and|test|or|xor|nop[lw]?|xchg|cs|data16|j[a-z]+|ret|endbr64)( |$)/)
		give_up("an instruction of another kind: " text[i])
	if (text[i] ~ /%[re]?sp|\(bad\)|%ymm|%xmm/ ||
	    (text[i] ~ /%rip/ && reloc[i] == ""))
		give_up("an operand of another kind: " text[i])
	if (text[i] ~ /^xchg/ && text[i] !~ /^xchg +%ax,%ax$/)
		give_up("an exchange: " text[i])
	if (text[i] ~ /^j/ && target(text[i]) == "" && !is_exit(i))
		give_up("a branch out of the function: " text[i])
}

# The register that an instruction writes.
function written(i,   register)
{
	register = text[i]
	sub(/^.*[,( ]%/, "%", register)
	return register
}

# Finds the table's place: its load, the branch behind the sum, and where the
# sum begins.
function find(   i, base, use)
{
	load = branch = begin = use = 0
	for (i = 1; i <= n; i++) {
		if (symbol[i] != "jem_sizes-0x4")
			continue
		if (load != 0)
			give_up(kind ": two tables of sizes")
		load = i
	}
	if (load == 0) {
		give_up(kind ": no table of sizes")
		return
	}
	base = written(load)
	for (i = load + 1; i <= n && use == 0; i++)
		if (index(text[i], "(" base ",") != 0)
			use = i
		else if (written(i) == base || text[i] ~ /^j/)
			give_up(kind ": the table is lost: " text[i])
	sum[kind] = written(use)
	if (text[use] !~ ("^(mov|add) +\\(" base ",%r[a-z0-9]+,8\\),%r"))
		give_up(kind ": the table is used otherwise: " text[use])
	if (sum[kind] !~ /^%r([abcd]x|si|[0-9]+)$/ || sum[kind] == base)
		give_up(kind ": the sum is elsewhere: " sum[kind])
	for (branch = use; branch < n && text[branch] !~ /^j/; )
		branch++
	if (text[branch] !~ /^jae / || !is_exit(at[target(text[branch])]) ||
	    text[branch - 1] !~ ("^cmp +%fs:.*," sum[kind] "$"))
		give_up(kind ": no limit for the sum: " text[branch])
	for (begin = use; begin > load; begin--)
		if (text[begin] ~ /^mov / &&
		    index(text[begin], sum[kind]) == \
		    length(text[begin]) - length(sum[kind]) + 1)
			break
	if (begin <= load)
		give_up(kind ": the sum has no beginning")
	for (i = begin; i < branch; i++)
		if (written(i) != sum[kind])
			give_up(kind ": more than the sum: " text[i])
}

# Where the thread's cache has its first bin, from the sum on.  jemalloc's bin is
# three words: where the newest block lies, how many were asked for, and the
# low halves of three addresses: fewest blocks so far, all, none.
function find_bins(   i, head, sum_at)
{
	sum_at = text[begin]
	sub(/^mov +%fs:/, "", sum_at)
	sub(/\(.*/, "", sum_at)
	for (i = branch; i <= n && text[i] !~ /^mov +0x[0-9a-f]+\(%r/; )
		i++
	head = text[i]
	sub(/^mov +/, "", head)
	sub(/\(.*/, "", head)
	if (sum_at !~ /^0x[0-9a-f]+$/ || head !~ /^0x[0-9a-f]+$/)
		give_up("the bins were not found")
	bins = head " - " sum_at
}

function line(i, label,   t)
{
	if (text[i] ~ /^(nop|xchg|cs |data16)/)
		return ""
	if (is_exit(i))
		return "\tjmp\t\\cold\n"
	if (text[i] ~ /^j/) {
		t = text[i]
		sub(/ .*/, "", t)
		return "\t" t "\t.L" label target(text[i]) "_\\@\n"
	}
	return "\t" operand(i) "\n"
}

# The instructions from @from on, in one macro.
function copy(from, label,   i, out)
{
	for (i = from; i <= n; i++) {
		if (text[i] ~ /^j/ && i != branch && !is_exit(i) &&
		    at[target(text[i])] < from)
			give_up(kind ": a branch back: " text[i])
		if (addr[i] in wanted_label)
			out = out ".L" label addr[i] "_\\@:\n"
		out = out (i == branch && from == 1 ? "\tjae\t\\armed\n" : \
		    line(i, label))
	}
	return out
}

function body(   i, exits, way, table)
{
	exits = 0
	for (i = 1; i <= n; i++) {
		check(i)
		if (is_exit(i)) {
			exits++
			way = text[i]
		}
	}
	if (exits != 1)
		give_up(kind ": its way out was not found")
	find()
	if (failed != "")
		return
	if (kind == "malloc")
		find_bins()
	table = operand(load)
	rest[kind] = "\t" table "\n" copy(begin, "rest_" kind)
	sub(/jem_sizes/, "\\path\\()_sizes", text[load])
	macro[kind] = copy(1, kind)
	sub(/^.*</, "", way)
	sub(/>.*$/, "", way)
	slow[kind] = way
}

function finish(   i, t)
{
	for (i = 1; i <= n; i++) {
		t = text[i] ~ /^j/ ? target(text[i]) : ""
		if (t == "")
			continue
		if (!(t in at))
			give_up("a branch to nowhere: " text[i])
		wanted_label[t] = 1
	}
	body()
	delete wanted_label
	delete at
	n = 0
	kind = ""
}

# The symbol table's "value g O .bss size .hidden name".
$NF == "jem_sizes" && $4 == ".bss" { bytes = $5 }

/^[0-9a-f]+ <jem_(malloc|free)>:$/ {
	name = $2
	gsub(/[<>:]/, "", name)
	kind = substr(name, 5)
	next
}

kind != "" && /^$/ { finish() }
kind == "" { next }

/^ +[0-9a-f]+:\t/ {
	n++
	addr[n] = $1
	sub(/:$/, "", addr[n])
	at[addr[n]] = n
	text[n] = $0
	sub(/^[^\t]*\t/, "", text[n])
	sub(/ *#.*$/, "", text[n])
	sub(/ +$/, "", text[n])
	reloc[n] = symbol[n] = ""
	next
}

/R_X86_64_/ {
	reloc[n] = $2
	symbol[n] = $3
	next
}

END {
	if (kind != "")
		finish()
	if (macro["malloc"] == "" || macro["free"] == "")
		give_up("malloc or free was not found")
	if (bytes != "0000000000000740")	# STATE_SIZES of 8 bytes: state.h
		give_up("the table of sizes has another size: " bytes)
	print "/* Made by fastpath.awk from jemalloc's archive. */"
	print "#define FASTPATH_BINS (" (failed == "" ? bins : 0) ")"
	print "#ifdef __ASSEMBLER__"
	if (failed != "") {
		print "/* Not transplanted: " failed " */"
		print "#define FASTPATH 0"
		print "#define SLOW_MALLOC jem_malloc"
		print "#define SLOW_FREE jem_free"
		macro["malloc"] = "\tcmpl\t$0, \\path\\()_armed_alloc(%rip)\n" \
		    "\tjne\t\\armed\n\tjmp\tjem_malloc\n"
		macro["free"] = "\tmovq\t%rdi, %rax\n" \
		    "\tshrq\t$HOT_WINDOW_BITS, %rax\n" \
		    "\tcmpq\t\\path\\()_free_window(%rip), %rax\n" \
		    "\tjne\t\\armed\n\tjmp\tjem_free\n"
	} else {
		print "#define FASTPATH 1"
		print "#define SLOW_MALLOC " slow["malloc"]
		print "#define SLOW_FREE " slow["free"]
		print "#define SCRATCH_MALLOC " sum["malloc"]
		print "#define SCRATCH_FREE " sum["free"]
		print "\t.macro\trest_malloc cold\n" rest["malloc"] "\t.endm"
		print "\t.macro\trest_free cold\n" rest["free"] "\t.endm"
	}
	print "\t.macro\tfast_malloc path, cold, armed\n" macro["malloc"] "\t.endm"
	print "\t.macro\tfast_free path, cold, armed\n" macro["free"] "\t.endm"
	print "#endif"
}
