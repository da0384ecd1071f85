"""layers - includes go downward only.

Reads the layers from tests/lint/ranks.  A file under src/ includes its own
folder and folders of a lower rank, in its own zone or in common; paths are
written from src/; headers of one folder do not include each other in a ring.
"""
import os
import re
import sys

import lintlib

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)
ANYWHERE = ("config.h", "diag/diag.h")
HERE = os.path.dirname(os.path.abspath(__file__))


def read_ranks():
    ranks = {}
    with open(os.path.join(HERE, "ranks"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                rank, zone, folder = line.split()
                ranks[folder] = (int(rank), zone)
    return ranks


def judge(path, folder, target, ranks):
    """Why this include is wrong, or None."""
    to = os.path.dirname(target)
    if target in ANYWHERE or to == folder:
        return None
    if to not in ranks:
        return "%s: includes \"%s\": not a folder of tests/lint/ranks" % (
            path, target)
    rank, zone = ranks[folder]
    to_rank, to_zone = ranks[to]
    if to_zone not in (zone, "common"):
        return "%s: zone %s includes zone %s: \"%s\"" % (
            path, zone, to_zone, target)
    if to_rank >= rank:
        return "%s: rank %d includes rank %d: \"%s\"" % (
            path, rank, to_rank, target)
    return None


def rings(graph):
    """Complaints about include rings, by depth-first search."""
    said, done = [], set()

    def visit(node, trail):
        if node in trail:
            ring = trail[trail.index(node):] + [node]
            said.append("cycle of includes: " + " -> ".join(ring))
            return
        if node in done:
            return
        for to in graph.get(node, ()):
            visit(to, trail + [node])
        done.add(node)

    for node in sorted(graph):
        visit(node, [])
    return said


def look(top):
    ranks, said, graph = read_ranks(), [], {}
    for path in lintlib.files(top, r"\.[chS]$", ("src",)):
        name = os.path.relpath(path, "src")
        folder = os.path.dirname(name)
        if folder not in ranks:
            said.append("%s: its folder is not in tests/lint/ranks" % path)
            continue
        graph[name] = INCLUDE.findall(lintlib.read(top, path))
        for target in graph[name]:
            why = judge(path, folder, target, ranks)
            if why:
                said.append(why)
    return said + rings(graph)


def planted():
    def inc(*names):
        return "".join('#include "%s"\n' % n for n in names)
    return [
        ({"src/shim/heap/a.c": inc("shim/state/a.h", "common/base/b.h",
                                   "shim/heap/a.h", "config.h"),
          "src/shim/heap/a.h": "", "src/shim/state/a.h": ""}, None),
        ({"src/shim/heap/a.c": inc("shim/ticker/a.h")},
         "rank 2 includes rank 4"),
        ({"src/shim/heap/a.c": inc("shim/sink/a.h")},
         "rank 2 includes rank 2"),
        ({"src/shim/ticker/a.c": inc("tool/dwarf/a.h")},
         "zone shim includes zone tool"),
        ({"src/tool/cli/a.c": inc("shim/state/a.h")},
         "zone tool includes zone shim"),
        ({"src/common/tape/a.c": inc("shim/state/a.h")},
         "zone common includes zone shim"),
        ({"src/shim/heap/a.c": inc("a.h")}, "not a folder"),
        ({"src/shim/new/a.c": ""}, "not in tests/lint/ranks"),
        ({"src/shim/heap/a.h": inc("shim/heap/b.h"),
          "src/shim/heap/b.h": inc("shim/heap/a.h")}, "cycle of includes"),
    ]


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    lintlib.run(look, planted)
