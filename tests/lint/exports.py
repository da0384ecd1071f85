"""exports - what libdiag.so shows the world.

The dynamic symbols are those of libdiag.map, no more and no less, and the
map has all that must be there: libc's malloc family as libc.so.6 exports
it, and jemalloc's public API as its archive defines it.  Usage: exports.py
SOURCE (the build tree is $top_builddir, the archive $JEMALLOC_PIC_A).
"""
import os
import re
import sys

import elf
import lintlib

FAMILY = re.compile(r"(malloc|malloc_(info|stats|trim|usable_size)|calloc"
                    r"|realloc|reallocarray|free|cfree|memalign|mallopt"
                    r"|aligned_alloc|posix_memalign|p?valloc|mallinfo2?)$")
JEMALLOC = re.compile(r"([msxrd]allocx|sdallocx|nallocx|mallctl\w*"
                      r"|malloc_stats_print)$")
OPERATORS = re.compile(r"_Z(n[wa]|d[la])")


def libc():
    """The libc.so.6 that programs here use."""
    m = re.search(r"(/\S*libc\.so\.6)", elf.out("ldd", "/bin/sh"))
    return m.group(1)


def required():
    names = {n for n in elf.defined(libc(), "-D") if FAMILY.match(n)}
    for name in elf.defined(os.environ["JEMALLOC_PIC_A"]):
        if JEMALLOC.match(name) or OPERATORS.match(name):
            names.add(name)
    return names


def map_names(text):
    """The names between "global:" and "local:", comments cut out."""
    text = re.sub(r"/\*.*?\*/|#[^\n]*", " ", text, flags=re.S)
    names = set()
    for part in re.findall(r"global:(.*?)(?:local:|\})", text, flags=re.S):
        names |= {n.strip() for n in part.split(";") if n.strip()}
    return names


def judge(exported, mapped, needed):
    said = ["libdiag.map: \"%s\" is a pattern, not a name" % n
            for n in sorted(mapped) if re.search(r"[*?\[]", n)]
    said += ["%s is exported but not in libdiag.map" % n
             for n in sorted(exported - mapped)]
    said += ["%s is in libdiag.map but not exported" % n
             for n in sorted(mapped - exported) if "*" not in n]
    return said + ["%s must be exported (libc or jemalloc has it)" % n
                   for n in sorted(needed - exported)]


def look(top, build=None, needed=None):
    build = build or os.environ["top_builddir"]
    lib = os.path.join(build, ".libs/libdiag.so")
    mapped = map_names(lintlib.read(top, "src/shim/preload/libdiag.map"))
    if needed is None:
        needed = required()
        if "reallocarray" not in needed or "mallocx" not in needed:
            return ["cannot read what libc and jemalloc export"]
    return judge(elf.defined(lib, "-D"), mapped, needed)


def look_planted(top):
    os.mkdir(top + "/.libs")
    elf.cc("-w", "-shared", "-fPIC", "-nostdlib", "-o", ".libs/libdiag.so",
           "a.c", "-Wl,--version-script=script", where=top)
    return look(top, top, {"malloc", "free"})


def planted():
    code = "void malloc() {} void free() {} void extra() {}\n"
    script, its_map = "script", "src/shim/preload/libdiag.map"

    def tree(linked, written):
        form = "{ global: %s; local: *; };\n"
        return {"a.c": code, script: form % linked, its_map: form % written}
    return [
        (tree("malloc; free", "malloc; free"), None),
        (tree("malloc; free; extra", "malloc; free"), "extra is exported"),
        (tree("malloc; free", "malloc; free; gone"), "gone is in libdiag"),
        (tree("malloc", "malloc"), "free must be exported"),
        (tree("malloc; free", "malloc; fr*"), "is a pattern"),
    ]


if __name__ == "__main__":
    lintlib.run(look_planted if sys.argv[1:] == ["--self-test"] else look,
                planted)
