"""lintlib - what the lint scripts share.

A script has look(top) -> list of complaints, and planted() -> a list of
(files, words): small trees with one violation each, and words that the
complaint must contain.  run() looks at the real tree, or with --self-test at
every planted one, so that a rule that no longer finds anything is noticed.
"""
import os
import re
import sys
import tempfile

FOLDERS = ("src", "include", "tests", "bench", "examples", "man", "m4", ".ci")
OUR_M4 = re.compile(r"m4/(lib|lt)")


def is_built(path):
    """A program, left by a build in the tree."""
    with open(path, "rb") as f:
        return f.read(4) == b"\x7fELF"


def files(top, pattern, folders=FOLDERS):
    """The files under top whose path matches the expression."""
    found = []
    for folder in folders:
        for where, dirs, names in os.walk(os.path.join(top, folder)):
            dirs[:] = sorted(d for d in dirs if d not in
                             (".libs", ".deps", "__pycache__")
                             and not d.startswith("build"))
            for name in sorted(names):
                full = os.path.join(where, name)
                path = os.path.relpath(full, top)
                if re.search(pattern, path) and not OUR_M4.match(path) \
                        and not is_built(full):
                    found.append(path)
    return found


def read(top, path):
    with open(os.path.join(top, path), encoding="utf-8",
              errors="replace") as f:
        return f.read()


def blank(text):
    """C source with comments and literals blanked, lines kept."""
    def gap(m):
        s = m.group(0)
        if s[0] == "/":
            return re.sub(r"[^\n]", " ", s)
        return s[0] + " " * (len(s) - 2) + s[-1]
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"'
                  r"|'(?:\\.|[^'\\\n])*'", gap, text, flags=re.S)


def plant(top, tree):
    for path, text in tree.items():
        full = os.path.join(top, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)


def self_test(look, planted):
    bad = 0
    for tree, words in planted:
        with tempfile.TemporaryDirectory() as top:
            plant(top, tree)
            said = look(top)
        if words is None and said:
            print("self-test: complained about a good tree:", said)
            bad += 1
        elif words is not None and not any(words in s for s in said):
            print("self-test: nothing said about: %s (said: %s)"
                  % (words, said))
            bad += 1
    print("self-test: %d planted trees, %d missed" % (len(planted), bad))
    return bad


def run(look, planted):
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(1 if self_test(look, planted()) else 0)
    said = look(sys.argv[1])
    for line in said:
        print(line)
    sys.exit(1 if said else 0)
