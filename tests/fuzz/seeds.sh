#!/bin/sh
# seeds - writes the inputs that the fuzz targets begin with, into the folders
# options, proc and names of the folder that is named.
set -eu
mkdir -p "$1/options" "$1/proc" "$1/names"

n=0
# put KIND TEXT: one more seed, without a newline of our own.
put() {
	n=$((n + 1))
	printf '%b' "$2" > "$1/$n"
}

for text in '' help ',,,' 'gctrace=1,schedtrace=1000' \
	' gctrace = 2 ,\tscheddetail=1\n' 'allocfreetrace=2,depth=512' \
	'tape=/tmp/%n-%p-%t.tape,tapemax=1g' 'leaks=20,memstats=exit' \
	'memstats=250ms,log=%%p.log,logmax=64k' 'minsize=1k,maxsize=16' \
	'sample=1000,signal=SIGRTMIN+3,children=0' 'prefix=auto,signal=10' \
	'schedtrce=10,gctrace,gctrace=,=,=1,depth=0' \
	'logmax=18446744073709551616,logmax=99999999999g' \
	'log=\0377\0376\0001\0177,x\0200=1' 'signal=USR3,memstats=exti'; do
	put "$1/options" "$text"
done
# A path that is one byte too long.
{ printf log=; head -c 1024 /dev/zero | tr '\0' x; } > "$1/options/long"

for text in '' '(' ')(' '1 (a) b) R 1 2 3' 'Threads:\t7\nName: x\n' \
	'x\nThreads: 18446744073709551616\n' 'ffffffffffffffff-0 r' \
	'42 (name) S 1 2 3 4 -1 6 7 8 9 10 11 12 13 14 20 0 17 0 990 23 24' \
	'gr\0303\0274n \0342\0200\0256 \0303\0050 \0355\0240\0200 \0033[2J' \
	'  12 34\t56'; do
	put "$1/proc" "$text"
done
cp /proc/self/stat /proc/self/status /proc/self/maps "$1/proc/"

for text in _Z4takei _ZN4pool6workerEi _ZZN6Server5startEvENKUlvE0_clEv \
	_RNvCs1_1r4work _RNCNvCs1_1r4mains_0B3_ \
	_RNvMs_NtNtCs1_3std6thread6threadNtB4_6Thread4park \
	_RINvNtCs1_4core3ptr13drop_in_placeNtCs2_1r3BoxECs2_1r \
	_RNvXs_CsA_1rINtB4_4PoolhKj10_ENtNtCs1_4core3ops4Drop4drop \
	_RNvMCs1_1rTRNtB2_1aQDNtB2_1bpNtB2_1tEL_FG_UKCPhEAhKp_E3run \
	_ZN3std6thread4park17h0123456789abcdefE \
	'_ZN32_$LT$r..Pool$u20$as$u20$x..D$GT$4drop17h0123456789abcdefE' \
	'_ZN1r4main28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE'; do
	n=$((n + 1))
	printf %s "$text" > "$1/names/$n"
done
