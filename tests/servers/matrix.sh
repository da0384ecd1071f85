# matrix.sh - the programs of matrix.test, one line each.
try true true true
try env env env -i /bin/echo x
try date date date +%Y
try find find find /etc -maxdepth 1 -name 'a*'
try grep grep grep -rc root /etc/passwd
try nice nice nice -n 5 id -n -u
try setsid setsid setsid -w /bin/echo x
try timeout timeout timeout 5 sleep 0.1
sh_try dash dash 'for i in 1 2 3; do (echo $i); done | cat'
sh_try sed sed 'seq 1000 | sed -n "s/9/x/p" | wc -l'
sh_try sort sort 'seq 5000 | sort -R --random-source=/bin/ls |
	sort -n --parallel=4 | md5sum'
sh_try awk awk 'awk "BEGIN { for (i = 0; i < 20000; i++) a[i % 97] =
	a[i % 97] i; for (k in a) n += length(a[k]); print n }"'
sh_try tar tar 'tar cf - -C /usr/share/doc base-files bash | sha256sum'
sh_try gzip gzip 'seq 20000 | gzip | gunzip | md5sum'
sh_try xz xz 'seq 20000 | xz -T2 | xz -d | md5sum'
sh_try bc bc 'echo "2 ^ 500" | bc'
sh_try ps ps 'ps -o pid= -p 1'
sh_try make make 'printf "all:\n\techo hi\n" | make -f -'
sh_try man man 'man -P cat ls | head -5'
try file file file /bin/ls /etc/passwd
try dpkg dpkg dpkg -l bash
try apt-cache apt-cache apt-cache policy bash
try perl perl perl -e 'my %h; $h{$_ % 997} .= $_ for 1 .. 20000;
	print join(",", map { length $h{$_} } sort keys %h), "\n"'
try python python3 python3 -I -c 'import json, re, ssl, sqlite3; print(1)'
try python-venv python3 python3 -m venv --help
try openssl openssl openssl dgst -sha256 /etc/passwd
try curl curl curl -s file:///etc/passwd
try ssh ssh ssh -V
try strace strace strace -o /dev/null /bin/true
try gdb gdb gdb -batch -ex 'info line main' /bin/true
try heaptrack heaptrack heaptrack --version
try fakeroot fakeroot fakeroot id -u
try cmake cmake cmake --version
try rsync rsync rsync --version
try vim vim vim --version
try redis-cli redis-cli redis-cli --version
try memcached memcached memcached -V
try jq jq jq -n -c '[range(100)] | map(. * 2)'
try ruby ruby ruby -e 'p (1..1000).map { |i| i.to_s * i }.join.size'
try lua lua lua -e 'local t = {} for i = 1, 9999 do t[i] = {i} end print(#t)'
try java java java -version
try node node node -e 'console.log([1, 2, 3].map(x => x * 2))'
try busybox busybox busybox ls /
try go go go version
sh_try clang clang 'echo "int main(void) { return 3; }" |
	clang -x c -o c - && ./c; echo $?'
sh_try c++ g++ 'g++ -x c++ -O1 -o x - <<END && ./x
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
int main()
{
	std::map<int, std::string> m;
	for (int i = 0; i < 1000; i++)
		m[i] = std::string(i, char(65));
	try {
		throw std::runtime_error(m[30]);
	} catch (std::exception &e) {
		puts(e.what());
	}
}
END'
try bash bash bash -c 'a=(1 2 3); for i in "${a[@]}"; do echo $((i * i)); done'
try git git git --version
try sqlite sqlite3 sqlite3 :memory: 'with recursive n(i) as (select 1 union all
	select i + 1 from n where i < 5000) select sum(i), hex(9) from n'
try php php php -r 'echo array_sum(range(1, 5000)), "\n";'
try luajit luajit luajit -e 'local t = {}
	for i = 1, 99999 do t[i % 97] = {i} end print(#t)'
sh_try tcl tclsh 'echo "puts [llength [lsort [split {b a c} { }]]]" | tclsh'
try dig dig dig -v
try varnish varnishd varnishd -V
try nginx nginx nginx -v
try redis-server redis-server redis-server --version
try psql psql psql --version
try tmux tmux tmux -V
try mount mount mount --version
try su su su --version
try ping ping ping -V
sh_try faketime faketime 'faketime "2001-02-03 04:05:06" date +%Y'
sh_try eatmydata eatmydata 'eatmydata sync /etc/passwd; echo $?'
try chromium chromium chromium --headless --no-sandbox --disable-gpu --version

# Languages with threads, garbage collectors and stacks of their own.
try ruby-threads ruby ruby -e 'p (1..6).map { |i| Thread.new {
	(1..2000).map { |j| (i * j).to_s }.join.size } }.map(&:value)
	pid = fork { exit 3 }; Process.wait pid; p $?.exitstatus, `echo hi`
	f = Fiber.new { Fiber.yield 1; 2 }; p f.resume, f.resume'
try perl-threads perl perl -e 'use threads; my @t = map { my $i = $_;
	threads->create(sub { my %h; $h{$_} = $i for 1 .. 500;
	scalar(keys %h) }) }
	1 .. 6; print join(",", map { $_->join } @t), "\n";
	my $pid = fork // die; exit 4 unless $pid; waitpid $pid, 0;
	print $? >> 8, `echo hi`; eval { die "x\n" }; print $@'
sh_try lua5.4 lua5.4 'lua5.4 -e "local t = {}
	for i = 1, 60000 do t[i % 997] = {i, tostring(i)} end
	local c = coroutine.wrap(function() coroutine.yield(7) end)
	print(#t, c(), (pcall(error, 1)))"'
sh_try gawk gawk 'seq 10000 | gawk "{ c[\$1 % 7]++ } END { print c[3] }"'
sh_try mawk mawk 'seq 10000 | mawk "{ c[\$1 % 7]++ } END { print c[3] }"'
sh_try ocaml ocamlopt 'd=$(mktemp -d); cd "$d"; cat >x.ml <<END
let () = let h = Hashtbl.create 16 in
for i = 0 to 50000 do Hashtbl.replace h (i mod 997) (string_of_int i) done;
let m = Mutex.create () and n = ref 0 in
let work i = for _ = 1 to 2000 do Mutex.lock m; n := !n + i; Mutex.unlock m;
ignore (Bytes.create (i * 100)) done in
List.iter Thread.join (List.init 6 (Thread.create work));
(try failwith "x" with Failure s -> print_endline s);
Printf.printf "%d %d\n" (Hashtbl.length h) !n
END
ocamlopt -I +threads unix.cmxa threads.cmxa -o x x.ml && ./x; rm -rf "$d"'
try sbcl sbcl sbcl --noinform --non-interactive --no-userinit --eval '
	(let ((h (make-hash-table :test (quote equal))))
	(dotimes (i 50000) (setf (gethash (format nil "~a" (mod i 997)) h) i))
	(print (hash-table-count h)) (gc :full t)
	(print (handler-case (error "x") (error () :caught))))'
try guile guile guile --no-auto-compile -c '(use-modules (ice-9 threads))
	(display (apply + (par-map (lambda (x) (vector-length
	(make-vector (* x 1000) x))) (iota 8)))) (gc)'
try python-numpy python3 python3 -I -c 'import sys
try:
	import numpy as n
except ImportError:
	sys.exit(0)
a = n.arange(160000.).reshape(400, 400)
print((a @ a).sum(), n.linalg.svd(a[:80, :80])[1].shape)'
try php-fiber php php -r '$f = new Fiber(function() { Fiber::suspend(1); });
	echo $f->start(); $a = []; for ($i = 0; $i < 30000; $i++)
	$a["k" . ($i % 997)][] = $i; echo count($a), shell_exec("echo hi");'

# Programs that give up their rights: capabilities belong to threads.
try setpriv setpriv setpriv --reuid=65534 --regid=65534 --clear-groups id -u

# Servers, from their start to their end.
sh_try lighttpd lighttpd 'd=$(mktemp -d); cd "$d"; port=$((24000 + $$ % 900))
seq 1000 >index.html
printf "server.document-root = \"$d\"\nserver.port = $port
server.bind = \"127.0.0.1\"\nindex-file.names = (\"index.html\")\n" >c
lighttpd -D -f c 2>/dev/null & p=$!; n=0
until curl -sf "http://127.0.0.1:$port/" >got; do
	n=$((n + 1)); [ $n -lt 100 ] || break; sleep 0.1
done; md5sum <got; kill -INT $p; wait $p; echo $?; rm -rf "$d"'
