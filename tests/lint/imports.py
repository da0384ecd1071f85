"""imports - what each folder of the shim takes from outside.

A symbol that the objects of src/shim/X or src/common/X leave undefined is
defined in a lower folder, or is named in the folder's file IMPORTS, one name
a line.  An entry that nothing uses is a mistake too.  So a printf or a
malloc cannot slip into a hook.  Usage: imports.py SOURCE (the build tree is
$top_builddir).
"""
import functools
import glob
import os
import sys

import elf
import layers
import lintlib

# A compiler makes calls of these on its own.
IMPLICIT = {"memcpy", "memmove", "memset", "memcmp", "bcmp", "strlen",
            "_GLOBAL_OFFSET_TABLE_", "__tls_get_addr", "__stack_chk_fail",
            "__divti3", "__udivti3", "__umodti3", "__popcountdi2"}


# Of each archive once in a look: nm is asked about each by all above it.
defined = functools.lru_cache(None)(elf.defined)


def archive(build, folder):
    name = "lib%s.a" % os.path.basename(folder)
    return os.path.join(build, "src", folder, ".libs", name)


def allowed(top, folder):
    path = os.path.join(top, "src", folder, "IMPORTS")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return [s.strip() for s in f if s.strip() and s[0] != "#"]


def lower_names(build, folder, ranks):
    names = set()
    for other, (rank, _) in ranks.items():
        path = archive(build, other)
        if rank < ranks[folder][0] and os.path.exists(path):
            names |= defined(path)
    jem = os.path.join(build, "src/shim/heap/libjem.a")
    if ranks[folder][0] >= ranks["shim/heap"][0] and os.path.exists(jem):
        names |= {n for n in defined(jem) if n.startswith("jem_")}
    return names


def judge(top, build, folder, ranks, exact):
    path = archive(build, folder)
    wants = elf.undefined(path) - defined(path) - IMPLICIT
    wants -= lower_names(build, folder, ranks)
    may = allowed(top, folder)
    said = ["src/%s: imports %s, which is not in its IMPORTS" % (folder, n)
            for n in sorted(wants - set(may))]
    if exact:
        said += ["src/%s/IMPORTS: %s is not used" % (folder, n)
                 for n in sorted(set(may) - wants - IMPLICIT)]
    if may != sorted(may, key=lambda s: s.encode()):
        said.append("src/%s/IMPORTS: not sorted" % folder)
    return said


def look(top, build=None):
    ranks, said, seen = layers.read_ranks(), [], 0
    defined.cache_clear()
    build = build or os.environ["top_builddir"]
    exact = "clang" not in os.environ.get("CC", "")
    for folder, (_, zone) in sorted(ranks.items()):
        if zone == "tool" or not os.path.exists(archive(build, folder)):
            continue
        seen += 1
        said += judge(top, build, folder, ranks, exact)
    if seen == 0:
        said.append("no objects in %s: run make" % build)
    return said


def look_planted(top):
    for source in glob.glob(top + "/src/*/*/*.c"):
        where = os.path.dirname(source)
        os.makedirs(where + "/.libs", exist_ok=True)
        name = "lib%s.a" % os.path.basename(where)
        elf.cc("-w", "-c", "-fPIC", "-o", "x.o", source, where=where)
        elf.out("ar", "crs", "%s/.libs/%s" % (where, name), where + "/x.o")
    return look(top, top)


def planted():
    calls = "int %s(const char *); int f(void) { return %s(\"\"); }\n"
    low = "int low(const char *s) { return 0; }\n"
    heap, imports = "src/shim/heap/a.c", "src/shim/heap/IMPORTS"
    return [
        ({heap: calls % ("puts", "puts"), imports: "puts\n"}, None),
        ({heap: calls % ("low", "low"), "src/common/base/a.c": low}, None),
        ({heap: calls % ("puts", "puts")}, "imports puts"),
        ({heap: calls % ("low", "low"), "src/shim/sink/a.c": low},
         "imports low"),
        ({heap: "int x;\n", imports: "puts\n"}, "puts is not used"),
        ({heap: "int puts(), getpid(); int f() { puts(); getpid(); }\n",
          imports: "puts\ngetpid\n"}, "not sorted"),
    ]


if __name__ == "__main__":
    lintlib.run(look_planted if sys.argv[1:] == ["--self-test"] else look,
                planted)
