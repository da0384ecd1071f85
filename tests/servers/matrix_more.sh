# matrix_more.sh - more of matrix.test: solvers, languages, media, servers,
# browsers.  What a program says on standard error of its children is not
# looked at here: it would have our lines in it.

# there NAME PROGRAM SCRIPT: the script runs in a folder of its own, $d; the
# command after "soon" is tried until it succeeds.
there() {
	sh_try "$1" "$2" 'd=$(mktemp -d) && chmod 755 "$d" && cd "$d" || exit 9
		soon() { n=0; until "$@"; do n=$((n + 1))
			[ $n -lt 200 ] || break; sleep 0.1; done; }
		'"$3"'
		cd /; rm -rf "$d"'
}

sh_try swipl swipl 'swipl -q -t halt -g "numlist(1, 20000, L), sum_list(L, S),
	print(S), nl, thread_create(length(_, 500), T, []), thread_join(T, R),
	print(R), nl"'
sh_try gprolog gprolog 'gprolog --query-goal "findall(X, between(1, 2000, X), L)
	, length(L, N), write(N), nl" --query-goal halt </dev/null |
	grep -x "[0-9]*"'
sh_try clisp clisp 'clisp -q -norc -x "(let ((h (make-hash-table)))
	(dotimes (i 20000) (setf (gethash (mod i 997) h) i))
	(print (hash-table-count h)))"'
sh_try ecl ecl 'ecl --norc --eval "(let ((h (make-hash-table)))
	(dotimes (i 20000) (setf (gethash (mod i 997) h) i))
	(print (hash-table-count h)) (quit))"'
sh_try picolisp picolisp 'picolisp -"prinl (apply + (range 1 5000))" -bye'
sh_try racket racket 'HOME=/nonexistent racket -e "(define t (thread (lambda ()
	(displayln (for/sum ((i 5000)) i))))) (thread-wait t)"'
sh_try chez scheme 'echo "(display (apply + (iota 1000)))" | scheme -q'
sh_try chicken csi 'csi -e "(print (apply + (map (lambda (x) (* x x))
	(list 1 2 3))))"'
sh_try gforth gforth 'gforth -e ": f 0 1000 0 do i + loop ; f . bye"'
sh_try jimsh jimsh 'echo "puts [lsort {c b a}]" | jimsh'
sh_try tcsh tcsh 'tcsh -f -c "set a = (1 2 3); @ n = 6 * 7; echo \$#a \$n"'
sh_try mksh mksh 'mksh -c "for i in 1 2; do echo \$((i * 7)); done"'
sh_try lua5.1 lua5.1 'lua5.1 -e "local t = {}
	for i = 1, 30000 do t[#t + 1] = tostring(i) end
	print(#table.concat(t))"'
there z3 z3 'echo "(declare-const x Int)(declare-const y Int)
	(assert (and (> x 3) (< (* x y) 100) (> y 5)))(check-sat)" >a.smt2
	z3 a.smt2'
there minisat minisat 'awk "BEGIN { srand(3); print \"p cnf 120 480\"
	for (i = 0; i < 480; i++) print int(rand() * 120 + 1),
	-int(rand() * 120 + 1), int(rand() * 120 + 1), 0 }" >a.cnf
	minisat -verb=0 a.cnf out 2>&1 | grep SAT; md5sum <out'
there cbc cbc 'printf "Maximize\n o: 3 x + 2 y\nSubject To
 a: x + y <= 40.5\n b: 2 x + y <= 60.5\nGenerals\n x y\nEnd\n" >a.lp
	cbc a.lp solve printingOptions all solution s >/dev/null; cat s'
sh_try glpk glpsol 'printf "var x >= 0; var y >= 0; maximize z: 3 * x + 2 * y;
	s.t. a: x + y <= 40; s.t. b: 2 * x + y <= 60; solve;
	display x, y; end;" >m; glpsol -m m | grep -v -i "time\|mem"; rm m'
sh_try maxima maxima 'maxima --very-quiet \
	--batch-string="factor(x^12-1); integrate(sin(x)^3,x); 200!;" | md5sum'
sh_try pari gp 'echo "print(factor(2^101-1)); print(vecsum(primes(5000)))" |
	gp -q -f'
sh_try octave octave-cli 'octave-cli --no-init-file --norc --no-history --eval "
	a = magic(60); printf(\"%g %d\n\", sum(svd(a)), rank(a));
	try; error(\"q\"); catch e; disp(e.message); end"'
there ghc ghc 'cat >x.hs <<END
import Control.Concurrent
import qualified Data.Map as M
main = do
  v <- newEmptyMVar
  mapM_ (\\i -> forkIO (putMVar v (sum [1..i*1000]))) [1..8]
  xs <- mapM (const (takeMVar v)) [1..8]
  print (sum xs, M.size (M.fromList (zip [1..5000] xs)))
END
	ghc -v0 -threaded -rtsopts x.hs && ./x +RTS -N2'
there fortran gfortran 'cat >x.f90 <<END
program x
real, allocatable :: a(:,:)
allocate(a(200,200))
a = 2
!\$omp parallel do
do i = 1, 200
a(i,:) = i
end do
print *, sum(matmul(a, a))
end program
END
	gfortran -O1 -fopenmp x.f90 -o x && ./x'
there ada gnatmake 'cat >x.adb <<END
with Ada.Text_IO;
procedure X is
   task type T;
   task body T is begin delay 0.01; end T;
   A : array (1 .. 5) of T;
begin
   Ada.Text_IO.Put_Line ("hi");
   raise Constraint_Error;
exception
   when Constraint_Error => Ada.Text_IO.Put_Line ("caught");
end X;
END
	gnatmake -q x.adb && ./x'
there cobol cobc 'printf "       identification division.
       program-id. x.\n       procedure division.
           display \"hi\".\n           stop run.\n" >x.cob
	cobc -x x.cob && ./x'
there pascal fpc 'echo "program x; uses sysutils; var i: integer; s: string;
	begin for i := 1 to 2000 do s := s + inttostr(i); writeln(length(s));
	end." >x.pas; fpc -v0 x.pas >/dev/null 2>&1; ./x'
there vala valac 'echo "void main() { var l = new GLib.List<string>();
	for (int i = 0; i < 100; i++) l.append(i.to_string());
	print(\"%u\\n\", l.length()); }" >x.vala
	valac x.vala 2>/dev/null && ./x'
there rust rustc 'cat >x.rs <<END
use std::{panic, thread};
use std::collections::HashMap;
fn main() {
    let h: Vec<_> = (0..6).map(|i| thread::spawn(move || {
        let mut m = HashMap::new();
        for j in 0..2000 { m.insert(j, format!("{}", i * j)); }
        m.len()
    })).collect();
    println!("{}", h.into_iter().map(|t| t.join().unwrap()).sum::<usize>());
    panic::set_hook(Box::new(|_| {}));
    println!("{}", panic::catch_unwind(|| { panic!("x") }).is_err());
}
END
	rustc -O x.rs 2>/dev/null && ./x'
there cgo go 'export HOME=$d GOCACHE=$d/c GO111MODULE=off; cat >x.go <<END
package main
// #include <stdlib.h>
// #include <string.h>
// static int f(int n) { char *p = malloc(n); int s; memset(p, 1, n);
//   s = p[0] + p[n - 1]; free(p); return s; }
import "C"
import ("fmt"; "os/exec"; "sync")
func main() {
	var w sync.WaitGroup
	var n [20]C.int
	for i := 0; i < 20; i++ {
		w.Add(1)
		go func(i int) { n[i] = C.f(C.int(i * 100 + 2)); w.Done() }(i)
	}
	w.Wait()
	o, _ := exec.Command("echo", "hi").Output()
	fmt.Print(n, string(o))
}
END
	# Its linker warns about a file in a folder with a number.
	DIAG= go build -o x x.go 2>said || { cat said >&2; exit 1; }
	./x'
there javac javac 'cat >X.java <<END
import java.util.concurrent.*;
class X {
	public static void main(String[] a) throws Exception {
		ExecutorService e = Executors.newFixedThreadPool(4);
		Future<Integer>[] f = new Future[50];
		int s = 0;
		for (int i = 0; i < 50; i++) {
			int k = i * 10000;
			f[i] = e.submit(() -> new byte[k].length);
		}
		for (Future<Integer> x : f)
			s += x.get();
		e.shutdown();
		System.out.println(s);
		try { ((Object)null).hashCode();
		} catch (NullPointerException x) { System.out.println("npe"); }
	}
}
END
	javac -nowarn X.java 2>/dev/null && java -Xmx200m X'
there mono mono 'cat >x.cs <<END
using System;
using System.Threading.Tasks;
class X {
	static void Main() {
		var t = new Task<int>[20];
		for (int i = 0; i < 20; i++) {
			int k = i;
			t[i] = Task.Run(() => new string((char)65, k).Length);
		}
		int s = 0;
		foreach (var x in t) s += x.Result;
		GC.Collect();
		Console.WriteLine(s);
		try { object o = null; o.GetHashCode();
		} catch (NullReferenceException) { Console.WriteLine("npe"); }
	}
}
END
	mcs x.cs && mono x.exe'
there elixir elixir 'HOME=$d elixir -e "IO.puts(Enum.sum(Task.await_many(for
	i <- 1..50, do: Task.async(fn -> Enum.sum(1..(i * 100)) end))))"'
there node-work node 'cat >w.js <<END
const { Worker } = require("worker_threads");
let n = 0, done = [];
function end(s) {
	if (done.push(s) == 4) console.log(done.sort().join(" "));
}
for (let i = 0; i < 4; i++)
	new Worker("require(\"worker_threads\").parentPort.postMessage(7)",
	    { eval: true }).on("message", m => {
		n += m;
		if (n == 28) end("workers");
	});
require("zlib").gzip(Buffer.alloc(99999), (e, b) => end("gzip" + b.length));
require("fs").stat("/", () => end("stat"));
require("crypto").pbkdf2("a", "b", 1000, 9, "sha1", (e, k) =>
	end(k.toString("hex")));
END
	node w.js'
there nasm nasm 'printf "global f\nf: mov rax, 5\n ret\n" >a.asm
	nasm -f elf64 a.asm; objdump -d a.o | tail -3'
there sdcc sdcc 'echo "int f(int a) { return a * 3 + 1; }" >a.c
	sdcc -mz80 -S a.c && grep -c . a.asm'
there scons scons 'echo "int main(void) { return 4; }" >a.c
	echo "Program(\"a.c\")" >SConstruct; scons -Q -j3; ./a; echo $?'
there meson meson 'echo "int main(void) { return 4; }" >a.c
	printf "project(\"x\", \"c\")
executable(\"a\", \"a.c\")\n" >meson.build
	DIAG= meson setup b >/dev/null 2>&1; ninja -C b >/dev/null
	b/a; echo $?'
there doxygen doxygen 'echo "/** A thing. */ struct x { int a; };" >a.h
	doxygen -g c >/dev/null; printf "QUIET=YES\nGENERATE_LATEX=NO
HAVE_DOT=NO\n" >>c; doxygen c >/dev/null 2>&1; ls html | wc -l'
there swig swig 'printf "%%module x\nint f(int a);\n" >a.i; swig -python a.i
	grep -c f x.py'
sh_try rsvg rsvg-convert 'echo "<svg xmlns=\"http://www.w3.org/2000/svg\"
	width=\"90\" height=\"90\"><circle cx=\"40\" cy=\"40\" r=\"30\"/>
	<text x=\"5\" y=\"50\">hi</text></svg>" | rsvg-convert | md5sum'
there poppler pdftotext 'echo "%!PS
/Helvetica findfont 20 scalefont setfont 99 99 moveto (hi) show showpage" >a.ps
	ps2pdf a.ps a.pdf; pdftotext a.pdf -; pdftoppm -r 40 a.pdf | md5sum
	! command -v mutool >/dev/null || mutool draw -r 40 -F png -o - a.pdf \
	2>/dev/null | md5sum'
there flac flac 'sox -n -r 8000 -R a.wav synth 1 sine 440; flac -s a.wav
	flac -s -d -c a.flac | md5sum; lame --quiet a.wav - | md5sum
	oggenc -Q -s 1 -o - a.wav | md5sum'
sh_try netpbm pnmscale 'pbmmake -gray 40 40 | pnmscale 3 | md5sum
	pbmmake -gray 30 30 | pnmtopng 2>/dev/null | pngtopnm | md5sum'
there images pngcrush 'pbmmake -gray 90 90 | pnmtopng >a.png 2>/dev/null
	pngcrush -q a.png b.png 2>/dev/null; optipng -quiet a.png
	md5sum a.png b.png; convert rose: a.jpg; jpegoptim -q -m50 a.jpg
	cwebp -quiet a.jpg -o a.webp; dwebp -quiet a.webp -ppm -o - | md5sum
	exiftool -S -ImageSize a.jpg
	convert rose: gif:- | gifsicle -O3 | md5sum
	pbmmake -gray 30 30 | potrace -s -o - | md5sum'
there gstreamer gst-launch-1.0 'HOME=$d gst-launch-1.0 -q videotestsrc \
	num-buffers=20 pattern=ball ! video/x-raw,width=64,height=48 ! queue ! \
	videoconvert ! jpegenc ! fakesink; echo $?'
sh_try espeak espeak-ng 'espeak-ng --stdout hello 2>/dev/null | md5sum'
sh_try pandoc pandoc 'seq 200 | sed "s/.*/## h&\n\ntext *&* and [l](x)\n/" |
	pandoc -t latex | md5sum'
sh_try groff groff 'printf ".TH x 1\n.SH NAME\nx\n.TS\nl l.\na\tb\n.TE\n" |
	groff -t -man -Tutf8 | md5sum'
sh_try miller mlr 'seq 5000 | sed "s/.*/a=&,b=9/" | mlr stats1 -a sum,p50 -f a'
there rrdtool rrdtool 't=1000000000; rrdtool create a --start $t --step 60 \
	DS:x:GAUGE:120:U:U RRA:AVERAGE:0.5:1:100; for i in 1 2 3 4 5; do
	rrdtool update a $((t + i * 60)):$i; done
	rrdtool fetch a AVERAGE --start $t --end $((t + 300))'
there lmdb mdb_load 'mkdir db; (printf "VERSION=3\nformat=print\ntype=btree
mapsize=10485760\ndb_pagesize=4096\nHEADER=END\n"
	seq 10000 19999 | sed "s/.*/ k&\n v&/"; echo DATA=END) | mdb_load db
	mdb_stat db | grep Entries; mdb_dump db | md5sum'
sh_try parallel parallel 'seq 20 | parallel -k -j4 --will-cite echo x{}'
sh_try ledger ledger 'printf "2020/01/01 a\n  x  \$10\n  y\n" >l
	ledger -f l bal; ! command -v hledger >/dev/null || hledger -f l bal
	rm l'
sh_try qemu-user qemu-x86_64 'qemu-x86_64 -U LD_PRELOAD /bin/sh -c \
	"echo \$((6 * 7))"'
sh_try nmap nmap 'nmap -sT -Pn -n -p 1-20 127.0.0.1 2>/dev/null |
	grep -c closed'
sh_try su-user su 'su -s /bin/sh nobody -c "id -u; exit 4"; echo $?
	runuser -u nobody -- id -u; chroot / id -u'

# Servers, from their start to their end.
there named /usr/sbin/named 'p=$((20000 + $$ % 900)); cat >c <<X
options { directory "$d"; listen-on port $p { 127.0.0.1; }; pid-file none;
listen-on-v6 { none; }; session-keyfile "$d/k"; recursion no;
dnssec-validation no; };
controls {};
zone "t" { type primary; file "z"; };
X
	printf "@ 60 IN SOA a b 1 2 3 4 5\n@ IN NS a\na IN A 127.0.0.9\n" >z
	/usr/sbin/named -f -c "$d/c" -n 2 >/dev/null 2>&1 & q=$!
	ask() { dig +short +time=1 @127.0.0.1 -p $p a.t 2>/dev/null |
		grep 127.0.0.9; }
	soon ask; dig +tcp +short @127.0.0.1 -p $p t SOA
	kill $q; wait $q; echo $?'
there unbound /usr/sbin/unbound 'p=$((21000 + $$ % 900)); cat >c <<X
server:
 directory: "$d"
 chroot: ""
 username: ""
 pidfile: ""
 interface: 127.0.0.1@$p
 use-syslog: no
 num-threads: 2
 local-zone: "t." static
 local-data: "a.t. A 127.0.0.9"
X
	/usr/sbin/unbound -d -c "$d/c" >/dev/null 2>&1 & q=$!
	ask() { dig +short +time=1 @127.0.0.1 -p $p a.t 2>/dev/null |
		grep 127.0.0.9; }
	soon ask; kill $q; wait $q; echo $?'
there dnsmasq /usr/sbin/dnsmasq 'p=$((22000 + $$ % 900))
	/usr/sbin/dnsmasq -k -C /dev/null -p $p -a 127.0.0.1 -z -R -h \
	--address=/a.t/127.0.0.9 --pid-file= --user=root >/dev/null 2>&1 & q=$!
	ask() { dig +short +time=1 @127.0.0.1 -p $p a.t 2>/dev/null |
		grep 127.0.0.9; }
	soon ask; kill $q; wait $q; echo $?'
there mosquitto /usr/sbin/mosquitto 'p=$((23000 + $$ % 900))
	printf "listener $p 127.0.0.1\nallow_anonymous true\n" >c
	/usr/sbin/mosquitto -c c >/dev/null 2>&1 & q=$!
	send() { mosquitto_pub -p $p -t a -m x -r 2>/dev/null; }
	soon send; mosquitto_sub -p $p -t a -C 1 -W 20
	kill $q; wait $q; echo $?'
there slapd /usr/sbin/slapd 'p=$((27000 + $$ % 900)); mkdir db; cat >c <<X
include /etc/ldap/schema/core.schema
pidfile $d/p
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "o=t"
directory $d/db
rootdn "cn=a,o=t"
rootpw x
X
	/usr/sbin/slapd -d 0 -f c -h ldap://127.0.0.1:$p/ >/dev/null 2>&1 & q=$!
	printf "dn: o=t\nobjectClass: organization\no: t\n" >l
	put() { ldapadd -x -H ldap://127.0.0.1:$p -D cn=a,o=t -w x -f l \
		>/dev/null 2>&1; }
	soon put; ldapsearch -x -LLL -H ldap://127.0.0.1:$p -b o=t
	kill $q; wait $q; echo $?'
there stunnel stunnel 'p=$((17000 + $$ % 900))
	openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c -subj /CN=t \
		-days 9 2>/dev/null; cat k c >pem; chmod 600 pem; cat >conf <<X
foreground = yes
pid =
[e]
accept = 127.0.0.1:$p
exec = /bin/echo
execArgs = echo through
cert = $d/pem
X
	stunnel conf >/dev/null 2>&1 & q=$!
	ask() { openssl s_client -quiet -connect 127.0.0.1:$p </dev/null \
		2>/dev/null | grep through; }
	soon ask; kill $q; wait $q; echo $?'
there tinyproxy tinyproxy 'p=$((16000 + $$ % 900))
	printf "Port $p\nListen 127.0.0.1\nAllow 127.0.0.1
LogLevel Critical\n" >c
	tinyproxy -d -c c >/dev/null 2>&1 & q=$!
	ask() { curl -s -o /dev/null -w "%{http_code}\n" -x 127.0.0.1:$p \
		http://127.0.0.1:1/ | grep -v 000; }
	soon ask; kill $q; wait $q; echo $?'
there sshd /usr/sbin/sshd 'p=$((19000 + $$ % 900)); mkdir -p /run/sshd
	for k in hk ck; do ssh-keygen -q -t ed25519 -N "" -f $k; done
	printf "Port $p\nListenAddress 127.0.0.1\nHostKey $d/hk
AuthorizedKeysFile $d/ck.pub\nStrictModes no\nPidFile none\nUsePAM no
PermitRootLogin yes\n" >c; /usr/sbin/sshd -D -f "$d/c" >/dev/null 2>&1 & q=$!
	o="-p $p -i $d/ck -o StrictHostKeyChecking=no -o LogLevel=quiet
		-o UserKnownHostsFile=/dev/null -o BatchMode=yes"
	ask() { ssh $o 127.0.0.1 "id -u; exit 5" 2>/dev/null; [ $? = 5 ]; }
	soon ask; seq 9999 | ssh $o 127.0.0.1 md5sum 2>/dev/null
	kill $q; wait $q; echo $?'
there mariadb /usr/sbin/mariadbd 'mariadb-install-db --no-defaults --user=root \
		--datadir="$d/db" --auth-root-authentication-method=normal \
		--skip-test-db >/dev/null 2>&1; echo $?
	/usr/sbin/mariadbd --no-defaults --user=root --datadir="$d/db" \
		--socket="$d/s" --skip-networking --pid-file="$d/p" \
		--innodb-buffer-pool-size=16M >/dev/null 2>&1 & q=$!
	sql() { mariadb --no-defaults -S "$d/s" -N -e "$1" 2>/dev/null; }
	soon sql "select 1"; sql "create database t; use t; create table a
	(i int primary key, s varchar(99)) engine=innodb; insert into a select
	seq, md5(seq) from seq_1_to_3000; select count(*), max(s) from a"
	kill $q; wait $q; echo $?'
there xvfb Xvfb 's=$((100 + $$ % 500))
	Xvfb :$s -screen 0 200x100x24 -nolisten tcp >/dev/null 2>&1 & q=$!
	soon test -S /tmp/.X11-unix/X$s
	DISPLAY=:$s timeout 60 xterm -e "echo seen >$d/f" >/dev/null 2>&1; cat f
	kill $q; wait $q; echo $?'

# Processes in PID namespaces of their own, where numbers come again.
check="$check --namespaces"
sh_try bwrap bwrap 'bwrap --ro-bind / / --proc /proc --unshare-user \
	--unshare-pid --unshare-net sh -c "id -u; echo \$\$"'
sh_try unshare unshare 'unshare -Urpf --mount-proc sh -c "echo \$\$; id -u"
	prlimit --nofile=20 sh -c "ulimit -n"; chrt -b 0 echo batch
	taskset -c 0 nproc; flock /dev/null echo locked; setarch -R echo same'

# Browsers: they count their threads before they enter their sandbox.
page='<p id=x></p><script>document.getElementById("x").textContent=6*7</script>'
there chromium-page chromium "echo '$page' >a.html"'
	HOME=$d chromium --headless --no-sandbox --disable-gpu \
	--user-data-dir=$d/u --dump-dom "file://$d/a.html" 2>/dev/null'
there chromium-sandbox chromium "echo '$page' >a.html"'
	[ "$(id -u)" != 0 ] || as="setpriv --reuid=65534 --regid=65534
		--clear-groups"; mkdir h; chmod 777 h
	HOME=$d/h ${as-} chromium --headless --disable-gpu \
	--user-data-dir=$d/h/u --dump-dom "file://$d/a.html" 2>/dev/null
	echo $?'
there firefox firefox-esr "echo '$page' >a.html"'
	HOME=$d timeout 100 firefox-esr --headless --screenshot "$d/a.png" \
	"file://$d/a.html" >/dev/null 2>&1; file a.png'
