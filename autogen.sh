#!/bin/sh
# autogen.sh - from a checkout to a configured tree.
#
#   ./autogen.sh          generate the build system and configure, in maintainer
#                         mode (warnings are errors)
#   ./autogen.sh --deps   first install what Debian 12 lacks (needs root or sudo)
#
# Further arguments go to configure.
set -eu
cd "$(dirname "$0")"

build="autoconf automake libtool make gcc g++ pkg-config binutils libjemalloc-dev
	libdw-dev libelf-dev zlib1g-dev libiberty-dev check"
tests="redis-server redis-tools nginx-light memcached php8.2-cli python3 git
	sqlite3 wrk libunwind-dev glibc-source xz-utils busybox-static musl-tools
	libcap2-bin procps util-linux strace groff man-db"
bench="libjemalloc2 golang-go heaptrack"

install_deps() {
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	missing=
	for p in $build $tests $bench; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null |
			grep -q 'install ok installed' || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	$sudo apt-get update -qq
	# shellcheck disable=SC2086 # a list of words
	$sudo env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $missing
}

if [ "${1-}" = --deps ]; then
	shift
	install_deps
fi
autoreconf --install --force
if [ "${DIAG_NOCONFIGURE-}" != 1 ]; then
	./configure --enable-maintainer-mode "$@"
fi
