"""needed - how libdiag.so is linked.

It needs libc.so.6 and the loader, nothing else; no executable stack, no text
relocations, RELRO with immediate binding; at most 4,096 bytes of static TLS;
no RPATH.  Usage: needed.py SOURCE (the build tree is $top_builddir).
"""
import os
import re
import sys

import elf
import lintlib

MAY_NEED = {"libc.so.6", "ld-linux-x86-64.so.2"}
TLS_MAX = 4096


def judge(dynamic, segments):
    said = []
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    said += ["needs %s" % n for n in sorted(needed - MAY_NEED)]
    if "(TEXTREL)" in dynamic or re.search(r"\(FLAGS\).*TEXTREL", dynamic):
        said.append("has text relocations")
    if not re.search(r"\(FLAGS(_1)?\).*NOW", dynamic):
        said.append("is not bound at start (-z now)")
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        said.append("has an RPATH")
    stack = re.search(r"GNU_STACK +(?:0x\w+ +){5}(\S*)", segments)
    if not stack or "E" in stack.group(1):
        said.append("has an executable stack")
    if "GNU_RELRO" not in segments:
        said.append("has no RELRO")
    tls = re.search(r"^ *TLS +(?:0x\w+ +){4}(0x\w+)", segments, re.M)
    if tls and int(tls.group(1), 16) > TLS_MAX:
        said.append("has %d bytes of static TLS, more than %d" % (
            int(tls.group(1), 16), TLS_MAX))
    return ["libdiag.so " + s for s in said]


def look(top, build=None):
    build = build or os.environ["top_builddir"]
    lib = os.path.join(build, ".libs/libdiag.so")
    return judge(elf.out("readelf", "-dW", lib), elf.out("readelf", "-lW", lib))


def look_planted(top):
    with open(top + "/flags", encoding="utf-8") as f:
        flags = f.read().split()
    os.mkdir(top + "/.libs")
    elf.cc("-w", "-shared", "-fPIC", "-o", ".libs/libdiag.so", "a.c", *flags,
           where=top)
    return look(top, top)


def planted():
    good = "-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack "

    def tree(code, flags):
        return {"a.c": code, "flags": flags}
    return [
        (tree("int x;\n", good), None),
        (tree("int x;\n", good + "-Wl,--no-as-needed -lm"), "needs libm"),
        (tree("int x;\n", "-Wl,-z,relro -Wl,-z,lazy"), "not bound at start"),
        (tree("int x;\n", "-Wl,-z,now -Wl,-z,norelro"), "no RELRO"),
        (tree("int x;\n", good + "-Wl,-z,execstack"), "executable stack"),
        (tree("int x;\n", good + "-Wl,-rpath,/x"), "RPATH"),
        (tree("__thread char t[5000]; char *f() { return t; }\n", good),
         "static TLS"),
        (tree("__asm__(\".text\\nmovabs $x, %rax\\n\"); int x;\n",
              good + "-Wl,-z,notext"), "text relocations"),
    ]


if __name__ == "__main__":
    lintlib.run(look_planted if sys.argv[1:] == ["--self-test"] else look,
                planted)
