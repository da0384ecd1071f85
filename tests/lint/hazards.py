"""hazards - the table of hazards, tests/hazards/cases, is true.

Every number from 1 to 40 is there; every test that it names is a file and is
listed in a TESTS or LONG_TESTS of a Makefile fragment, as the kind says; every
limit is a paragraph of LIMITS in man/diag.7.
"""
import os
import re

import lintlib

CASES = range(1, 41)


def fragments(top):
    """All of automake's words, by whether they stand in a long list."""
    words = {"fast": set(), "long": set()}
    for path in lintlib.files(top, r"\.mk$"):
        text = lintlib.read(top, path).replace("\\\n", " ")
        for m in re.finditer(r"^(\w+)\s*\+?=\s*(.*)$", text, re.M):
            if "TESTS" not in m.group(1):
                continue
            kind = "long" if "LONG" in m.group(1) else "fast"
            words[kind].update(m.group(2).split())
    return words


def limits(top):
    """The first words of each paragraph of LIMITS."""
    if not os.path.exists(os.path.join(top, "man/diag.7")):
        return []
    page = lintlib.read(top, "man/diag.7")
    m = re.search(r"^\.SH LIMITS\n(.*?)^\.SH ", page + ".SH ", re.S | re.M)
    return re.findall(r"^\.SS (.*)$", m.group(1), re.M) if m else []


def look_tests(top, where, kind, tests, known):
    said = []
    for test in tests:
        if not os.path.exists(os.path.join(top, test)):
            said.append("%s: there is no %s" % (where, test))
        elif test not in known[kind]:
            said.append("%s: %s is in no list of %s tests"
                        % (where, test, kind))
    return said


def look(top):
    said, seen, known = [], set(), fragments(top)
    anchors = limits(top)
    for line in lintlib.read(top, "tests/hazards/cases").split("\n"):
        if not line or line.startswith("#"):
            continue
        number, kind, rest = line.split(None, 2)
        where = "tests/hazards/cases: " + number
        seen.add(int(number))
        if kind in known:
            said += look_tests(top, where, kind, rest.split(), known)
        elif kind == "limit" and rest not in anchors:
            said.append("%s: LIMITS in diag(7) has no %s" % (where, rest))
        elif kind not in ("limit", "absent"):
            said.append("%s: what is %s?" % (where, kind))
    said += ["tests/hazards/cases: no case %d" % n
             for n in CASES if n not in seen]
    return said


def planted():
    rows = "".join("%d absent x\n" % n for n in CASES)
    tree = {"tests/hazards/cases": rows, "tests/a.test": "",
            "tests/a.mk": "TESTS += \\\n\ttests/a.test\n",
            "man/diag.7": ".SH LIMITS\n.SS This\nx\n"}

    def changed(more):
        return dict(tree, **{"tests/hazards/cases": rows + more})
    return [
        (tree, None),
        (changed("3 fast tests/a.test\n3 limit This\n"), None),
        (dict(tree, **{"tests/hazards/cases": rows[11:]}), "no case 1"),
        (changed("3 fast tests/b.test\n"), "there is no tests/b.test"),
        (changed("3 long tests/a.test\n"), "no list of long"),
        (changed("3 limit That\n"), "has no That"),
        (changed("3 maybe That\n"), "what is maybe"),
    ]


if __name__ == "__main__":
    lintlib.run(look, planted)
