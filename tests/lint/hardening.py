"""hardening - what the loader and the kernel are told about libdiag.so.

	hardening.py LIBRARY

Read-only relocations, all of them bound at start, no executable stack, no
writable and executable segment, no relocation in the text, no search path of
its own, no need but libc and the loader, and little static TLS: what the
loader keeps for others is not ours to use up.
"""
import re
import subprocess
import sys

TLS_MAX = 4096


def readelf(library):
    return subprocess.run(["readelf", "-W", "-l", "-d", library], text=True,
                          check=True, stdout=subprocess.PIPE).stdout


def look(text):
    said = []
    segment = {}
    for m in re.finditer(r"^\s+([A-Z_]+)((?:\s+0x[0-9a-f]+){5})\s+"
                         r"([RWE ]{3})\s", text, re.M):
        sizes = [int(x, 16) for x in m.group(2).split()]
        segment.setdefault(m.group(1), []).append((sizes, m.group(3)))
    if "GNU_RELRO" not in segment:
        said.append("no read-only relocations (RELRO)")
    if not re.search(r"\(BIND_NOW\)|FLAGS_1\).*NOW|\(FLAGS\).*BIND_NOW",
                     text):
        said.append("not bound at start (BIND_NOW)")
    if "GNU_STACK" not in segment:
        said.append("nothing said about the stack")
    for kind, parts in segment.items():
        for sizes, flags in parts:
            if "W" in flags and "E" in flags:
                said.append("%s is writable and executable" % kind)
            if kind == "GNU_STACK" and "E" in flags:
                said.append("executable stack")
            if kind == "TLS" and sizes[4] > TLS_MAX:
                said.append("%d bytes of static TLS" % sizes[4])
    if "(TEXTREL)" in text or re.search(r"\(FLAGS\).*TEXTREL", text):
        said.append("relocations in the text (TEXTREL)")
    if re.search(r"\((RPATH|RUNPATH)\)", text):
        said.append("a search path of its own")
    for need in re.findall(r"\(NEEDED\).*\[(.*)\]", text):
        if not re.match(r"lib[cm]\.so|ld-linux", need):
            said.append("needs " + need)
    return said


GOOD = """
  GNU_RELRO      0x0a 0x0a 0x0a 0x0400 0x0400 R   0x1
  GNU_STACK      0x00 0x00 0x00 0x0000 0x0000 RW  0x10
  LOAD           0x00 0x00 0x00 0x1000 0x1000 R E 0x1000
  TLS            0x0a 0x0a 0x0a 0x0400 0x0b00 R   0x40
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
 0x0000000000000018 (BIND_NOW)
"""
PLANTED = (
    ("GNU_RELRO", "NOTHING", "RELRO"), ("(BIND_NOW)", "", "BIND_NOW"),
    ("RW  0x10", "RWE 0x10", "executable stack"),
    ("R E 0x1000", "RWE 0x1000", "LOAD is writable"),
    ("0x0b00", "0x2b00", "static TLS"), ("libc.so", "libX11.so", "libX11"),
    ("(BIND_NOW)", "(BIND_NOW) (TEXTREL)", "TEXTREL"),
    ("(BIND_NOW)", "(BIND_NOW) (RUNPATH)", "search path"))


def self_test():
    bad = look(GOOD)
    for old, new, words in PLANTED:
        if not any(words in s for s in look(GOOD.replace(old, new))):
            bad.append("self-test: not seen: " + words)
    return bad


if __name__ == "__main__":
    complaints = self_test() + look(readelf(sys.argv[1]))
    print("\n".join(complaints))
    sys.exit(1 if complaints else 0)
