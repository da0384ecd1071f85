"""support - the support matrix of README, from what matrix.test found.

	support.py README [MATRIX-LOG]

With the log of a run of tests/servers/matrix.test, writes the part of README
between the lines "What runs" and the next heading anew.  Without, compares:
the programs that README names are those of tests/servers/matrix.sh.
"""
import os
import re
import sys
import textwrap

PART = re.compile(r"^What runs\n-+\n\n(.*?)(?=^[^\n]+\n-+$)", re.S | re.M)
INTRO = """\
Debian's programs, run plain, preloaded with DIAG unset, with every trace on
standard error and in files, and with a tape.  These did the same each time
(make check-long; tests/servers/matrix*.sh say what each of them does):
"""
SERVERS = """\
Servers under load, with all traces on: redis, nginx and memcached (make check).
Tried by hand with all traces in files and with a tape, from start to end, the
same each time: mariadb with its pool of threads, apache (prefork, worker),
squid, rsync, exim, php-fpm, nsd, privoxy, varnish, iperf3; gevent, gap,
firejail, povray (one thread), tesseract, nim, ldc; and strace, ltrace and gdb
of programs with all traces on.
"""


def rows(log):
    found = {"same": [], "DIFFERS": [], "absent": []}
    for line in log.split("\n"):
        m = re.match(r"(same|DIFFERS|absent)\s+(\S+)$", line)
        if m:
            found[m.group(1)].append(m.group(2))
    return found


def block(names):
    return textwrap.fill(" ".join(sorted(names)), 78, initial_indent="    ",
                         subsequent_indent="    ",
                         break_on_hyphens=False) + "\n"


def part(found):
    text = INTRO + "\n" + block(found["same"])
    if found["DIFFERS"]:
        text += "\nThese did not:\n\n" + block(found["DIFFERS"])
    if found["absent"]:
        text += "\nNot installed where this was written:\n\n" + \
            block(found["absent"])
    return text + "\n" + SERVERS + "\n"


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def named(readme):
    m = PART.search(readme)
    return set(re.findall(r"\S+", " ".join(
        line for line in m.group(1).split("\n")
        if line.startswith("    ")))) if m else set()


def compare(readme):
    here = os.path.dirname(os.path.abspath(__file__))
    matrix = "".join(read(os.path.join(here, name))
                     for name in ("matrix.sh", "matrix_work.sh",
                                  "matrix_more.sh"))
    tried = set(re.findall(r"^(?:(?:sh_)?try|there) (\S+)", matrix, re.M))
    said = ["README names %s, the matrix does not run it" % x
            for x in sorted(named(readme) - tried)]
    return said + ["the matrix runs %s, README does not name it" % x
                   for x in sorted(tried - named(readme))]


def main():
    path = sys.argv[1]
    text = read(path)
    if len(sys.argv) == 3:
        found = rows(read(sys.argv[2]))
        m = PART.search(text)
        text = text[:m.start(1)] + part(found) + text[m.end(1):]
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    said = compare(text)
    print("\n".join(said))
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
