"""words - words and paths that have no place in the tree.

Notes to oneself, paths that exist on one machine only.  The words are put
together here so that this file does not find itself.
"""
import os
import re

import lintlib

WORDS = ("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK:", "W" "IP")
PATHS = ("/wo" "rk/", "/ho" "me/", "/ro" "ot/", "/Us" "ers/")
RULE = re.compile(r"\b(%s)\b|(?<![\w.*}])(%s)" % (
    "|".join(WORDS), "|".join(PATHS)))
TOP = ("README", "HACKING", "NEWS", "configure.ac", "Makefile.am",
       "autogen.sh")


def look(top):
    said = []
    paths = lintlib.files(top, r"")
    paths += [p for p in TOP if os.path.exists(os.path.join(top, p))]
    for path in paths:
        text = lintlib.read(top, path)
        if "\0" in text or path.endswith((".log", ".trs")):
            continue    # something that was built
        for n, line in enumerate(text.split("\n"), 1):
            m = RULE.search(line)
            if m:
                said.append("%s:%d: %s" % (path, n, m.group(0)))
    return said


def planted():
    return [
        ({"src/a.c": "/* fine */\n"}, None),
        ({"src/a.c": "/* %s: later */\n" % WORDS[0]}, WORDS[0]),
        ({"tests/a.sh": "# %s\n" % WORDS[1]}, WORDS[1]),
        ({"README": "see %swt/x\n" % PATHS[0]}, PATHS[0]),
        ({"bench/a.py": "x = '%sme/x'\n" % PATHS[1]}, PATHS[1]),
    ]


if __name__ == "__main__":
    lintlib.run(look, planted)
