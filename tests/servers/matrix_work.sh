# matrix_work.sh - more of matrix.test: programs that do a piece of real work.
sh_try zsh zsh 'zsh -fc "typeset -A h; for i in {1..500}; do h[\$i]=\$i; done
	print \$#h; (print sub); zmodload zsh/mathfunc
	print \$((int(sqrt(81))))"'
sh_try ksh ksh 'ksh -c "typeset -A h; for ((i = 0; i < 300; i++)); do
	h[\$i]=\$i; done; echo \${#h[@]}; echo a b | while read x y; do
	echo \$y; done"'
sh_try fish fish 'd=$(mktemp -d); HOME=$d fish -c "for i in (seq 50)
	echo (math \$i x 2); end | md5sum; string split , a,b,c"; rm -rf "$d"'
sh_try bzip2 bzip2 'seq 20000 | bzip2 | bunzip2 | md5sum'
sh_try zstd zstd 'seq 90000 | zstd -T2 -q -c -9 | zstd -d | md5sum'
sh_try lz4 lz4 'seq 20000 | lz4 -c | lz4 -dc | md5sum'
sh_try brotli brotli 'seq 20000 | brotli -q 4 -c | brotli -dc | md5sum'
sh_try pigz pigz 'seq 90000 | pigz -p3 -c | pigz -d | md5sum'
sh_try 7z 7z 'd=$(mktemp -d); cd "$d"; seq 20000 >f; 7z a -bd -y x.7z f \
	>/dev/null; 7z e -so x.7z 2>/dev/null | md5sum; rm -rf "$d"'
sh_try bsdtar bsdtar 'bsdtar cf - -C /usr/share/doc bash | bsdtar tf - |
	md5sum'
sh_try ghostscript gs 'd=$(mktemp -d); cd "$d"; echo "%!PS
/Helvetica findfont 20 scalefont setfont 99 99 moveto (hi) show showpage" >a.ps
gs -q -dNOPAUSE -dBATCH -sDEVICE=png16m -r50 -sOutputFile=- a.ps | md5sum
rm -rf "$d"'
sh_try qpdf qpdf 'd=$(mktemp -d); cd "$d"; qpdf --empty --static-id a.pdf
	qpdf --check a.pdf | tail -2; md5sum <a.pdf; rm -rf "$d"'
sh_try imagemagick convert 'convert -seed 3 rose: -resize 300% -rotate 30 \
	-blur 2x2 -format "%#\n" info:'
sh_try graphviz dot 'echo "digraph { a -> b -> c; a -> d }" >g
	dot -Tsvg g | md5sum; neato -Tplain g | md5sum; rm g'
sh_try gnuplot gnuplot 'gnuplot -e "set terminal dumb; plot sin(x)" | md5sum'
sh_try ffmpeg ffmpeg 'ffmpeg -v error -f lavfi -i testsrc=d=1:s=160x120:r=10 \
	-c:v mpeg4 -threads 3 -flags +bitexact -f nut - |
	ffmpeg -v error -i - -f md5 -'
sh_try sox sox 'sox -n -r 8000 -t wav - synth 1 sine 440 | sox -t wav - -t raw \
	- reverse | md5sum'
sh_try xsltproc xsltproc 'd=$(mktemp -d); cd "$d"; cat >a.xsl <<X
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/"><xsl:for-each select="//i"><xsl:sort select="."/>
<xsl:value-of select="."/></xsl:for-each></xsl:template></xsl:stylesheet>
X
(echo "<r>"; seq 500 | sed "s/.*/<i>&<\/i>/"; echo "</r>") >a.xml
xsltproc a.xsl a.xml | md5sum; rm -rf "$d"'
sh_try bison bison 'd=$(mktemp -d); cd "$d"; printf "%%%%\ns: | s \\047a\\047 ;
%%%%\n" >h.y; bison -d h.y; wc -l <h.tab.h
	printf "%%%%\n[a-z]+ ;\n%%%%\n" >l.l; flex l.l; grep -c yylex lex.yy.c
	seq 999 | sed "s/.*/define(a&,&)a&/" | m4 | md5sum; rm -rf "$d"'
sh_try ninja ninja 'd=$(mktemp -d); cd "$d"
	printf "rule c\n command = cat \$in > \$out\n" >build.ninja
	for i in $(seq 40); do echo "build o$i: c /etc/passwd"
	done >>build.ninja
	ninja -j4 >/dev/null; ls | wc -l; rm -rf "$d"'
sh_try subversion svn 'd=$(mktemp -d); cd "$d"; svnadmin create r
	svn -q co "file://$d/r" w; cd w; for i in 1 2 3; do seq $i >f$i; done
	svn -q add f*; svn -q ci -m x; svn up -q; svn ls -R; rm -rf "$d"'
sh_try mercurial hg 'd=$(mktemp -d); cd "$d"; export HGUSER=a HGRCPATH=/dev/null
	hg init r; cd r; for i in 1 2 3; do seq $i >f$i; hg add -q f$i
	hg ci -d "0 0" -m c$i; done; hg log -T "{node} {desc}\n"; rm -rf "$d"'
sh_try git-work git 'd=$(mktemp -d); cd "$d"; git init -q r; cd r
	git config user.email a; git config user.name a
	export GIT_AUTHOR_DATE="2020-01-01T00:00:00Z"
	export GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
	for i in $(seq 8); do seq $i >f$i; git add .; git commit -qm c$i; done
	git gc -q; git branch b HEAD~3; git checkout -q b; git clone -q . ../c
	git log --format=%H | md5sum; git archive HEAD | tar t; rm -rf "$d"'
sh_try emacs emacs 'd=$(mktemp -d); HOME=$d emacs -Q --batch --eval "
	(with-temp-buffer (dotimes (i 2000) (insert (format \"%d\n\" i)))
	(goto-char 1) (while (re-search-forward \"9\" nil t)
	(replace-match \"x\")) (princ (md5 (current-buffer))))"; rm -rf "$d"'
sh_try erlang erl 'd=$(mktemp -d); HOME=$d erl -noshell -eval "
	P = [spawn(fun() -> receive {S, N} -> S ! lists:sum(lists:seq(1, N)) end
	end) || _ <- lists:seq(1, 300)], [X ! {self(), 1000} || X <- P],
	R = [receive V -> V end || _ <- P],
	io:format(\"~p~n\", [lists:sum(R)]), halt(3)."; echo $?; rm -rf "$d"'
sh_try R R 'R --vanilla --slave -e "set.seed(1); m <- matrix(runif(10000), 100)
	print(sum(solve(m) %*% m)); x <- lapply(1:9999, as.character)
	print(length(unique(x)))"'
sh_try gpg gpg 'd=$(mktemp -d); export GNUPGHOME=$d; echo hi | gpg -q --batch \
	--symmetric --passphrase x --pinentry-mode loopback 2>/dev/null |
	gpg -q --batch --passphrase x --pinentry-mode loopback -d 2>/dev/null
	gpgconf --kill all; rm -rf "$d"'
sh_try ssh-keygen ssh-keygen 'd=$(mktemp -d); cd "$d"
	ssh-keygen -q -t ed25519 -N "" -f k; ssh-keygen -y -f k | cut -c1-11
	eval $(ssh-agent) >/dev/null; ssh-add -q k 2>/dev/null
	ssh-add -l | wc -l
	ssh-agent -k >/dev/null; rm -rf "$d"'
sh_try openssl-work openssl 'seq 9999 | openssl enc -aes-256-cbc -pbkdf2 \
	-pass pass:a | openssl enc -d -aes-256-cbc -pbkdf2 -pass pass:a | md5sum
	openssl genrsa 2048 2>/dev/null | openssl rsa -noout -check'

# Servers, with a few clients each.
sh_try haproxy /usr/sbin/haproxy 'd=$(mktemp -d); cd "$d"
port=$((25000 + $$ % 900)); cat >c <<X
defaults
 mode http
 timeout client 3s
 timeout server 3s
 timeout connect 3s
frontend f
 bind 127.0.0.1:$port
 http-request return status 200 content-type text/plain string hello
X
/usr/sbin/haproxy -db -f c >/dev/null 2>&1 & p=$!; n=0
until curl -sf "http://127.0.0.1:$port/"; do
	n=$((n + 1)); [ $n -lt 100 ] || break; sleep 0.1; done
kill -USR1 $p; wait $p; echo $?; rm -rf "$d"'
sh_try apache /usr/sbin/apache2 'd=$(mktemp -d); cd "$d"
port=$((26000 + $$ % 900)); m=/usr/lib/apache2/modules; chmod 755 "$d"
mkdir h; seq 1000 >h/index.html; cat >c <<X
ServerRoot $d
ServerName x
PidFile $d/pid
Listen 127.0.0.1:$port
LoadModule mpm_event_module $m/mod_mpm_event.so
LoadModule authz_core_module $m/mod_authz_core.so
LoadModule dir_module $m/mod_dir.so
DocumentRoot $d/h
ErrorLog $d/log
DefaultRuntimeDir $d
User nobody
Group nogroup
Mutex pthread
X
/usr/sbin/apache2 -f "$d/c" -DFOREGROUND >/dev/null 2>&1 & p=$!; n=0
until curl -sf "http://127.0.0.1:$port/" >got; do
	n=$((n + 1)); [ $n -lt 100 ] || break; sleep 0.1; done; md5sum <got
kill $p; wait $p; echo $?; cd /; rm -rf "$d"'
sh_try socat socat 'd=$(mktemp -d); socat "UNIX-LISTEN:$d/s,fork" \
	"EXEC:tr a-z A-Z" & p=$!; n=0; until [ -S "$d/s" ]; do
	n=$((n + 1)); [ $n -lt 100 ] || break; sleep 0.1; done
	for i in 1 2 3; do echo hello | socat -t5 - "UNIX:$d/s"; done
	kill $p; wait $p; echo $?; rm -rf "$d"'
sh_try postgres /usr/lib/postgresql/15/bin/postgres '
b=/usr/lib/postgresql/15/bin; d=$(mktemp -d); cd /
if [ "$(id -u)" = 0 ]; then chown postgres "$d"
	as="setpriv --reuid=postgres --regid=postgres --init-groups"; fi
$as $b/initdb -D "$d/db" -A trust >/dev/null 2>&1; echo $?
$as $b/pg_ctl -D "$d/db" -w -o "-k $d -c listen_addresses=" -l "$d/log" \
	start >/dev/null; echo $?
$as psql -h "$d" -Atq postgres -c "create table t as
	select i, md5(i::text) m from generate_series(1, 5000) i"
$as psql -h "$d" -Atq postgres -c "select count(*), max(m) from t"
$as $b/pg_ctl -D "$d/db" -w -m fast stop >/dev/null; echo $?; rm -rf "$d"'
