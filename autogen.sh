#!/bin/sh
# autogen.sh - from a checkout to a configured tree.
#
#   ./autogen.sh          generate the build system and configure, in maintainer
#                         mode (warnings are errors)
#   ./autogen.sh --deps   first install what Debian 12 lacks (needs root or sudo)
#
# Further arguments go to configure; DIAG_NOCONFIGURE=1 stops before it.
set -eu
cd "$(dirname "$0")"

# What the build needs, what the tests run, what the benchmarks compare with.
build="autoconf automake libtool make gcc g++ libc6-dev pkg-config binutils
	libjemalloc-dev libdw-dev libelf-dev zlib1g-dev libiberty-dev check"
tests="redis-server redis-tools nginx memcached php8.2-cli python3 git perl
	sqlite3 wrk libunwind-dev glibc-source xz-utils busybox-static musl-tools
	libcap2-bin procps util-linux strace gdb groff-base man-db clang llvm
	libclang-rt-14-dev fakeroot libtbb-dev libomp-dev libuv1-dev
	libglib2.0-dev libapr1-dev libaprutil1-dev valgrind"
bench="libjemalloc2 golang-go heaptrack zstd"

is_installed() {
	dpkg-query -W -f '${Status}' "$1" 2>/dev/null |
		grep -q 'install ok installed'
}

# Some of these packages would start a server when they are installed.  While
# ours are put in, a policy-rc.d says no, unless the machine has one already.
POLICY=/usr/sbin/policy-rc.d
forbid_services() {
	[ ! -e $POLICY ] || return 0
	printf '#!/bin/sh\nexit 101\n' | $sudo tee $POLICY >/dev/null
	trap '$sudo rm -f $POLICY' EXIT
	trap 'exit 130' INT TERM
	$sudo chmod 755 $POLICY
}

install_deps() {
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	missing=
	for p in $build $tests $bench; do
		is_installed "$p" || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	echo "autogen.sh: installing$missing"
	forbid_services
	$sudo apt-get update -qq
	# shellcheck disable=SC2086 # a list of words
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends -o DPkg::Lock::Timeout=300 \
		$missing </dev/null
}

if [ "${1-}" = --deps ]; then
	shift
	install_deps
fi
autoreconf --install --force
if [ "${DIAG_NOCONFIGURE-}" != 1 ]; then
	./configure --enable-maintainer-mode "$@"
fi
