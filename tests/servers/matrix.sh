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
