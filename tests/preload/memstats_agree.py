"""memstats_agree - a MemStats dump beside malloc_stats_print() in JSON.

	memstats_agree.py LOG JSON

The host prints the JSON a moment before the dump, and does nothing between
but that.  Printing takes a buffer of 64 KiB from arena 0 and gives it back,
so that one may differ by the buffer; and the allocator counts our own thread
there, which we do not.  All else must be equal, and size classes that no
thread cache can hold too.
"""
import json
import re
import sys

PAGE, BUFFER = 4096, 24 * 4096
ARENA = re.compile(r"# Arena (\d+) = threads=(\d+) active=(\d+) dirty=(\d+) "
                   r"muzzy=(\d+) retained=(\d+), (\d+)/(\d+)/(\d+) sweeps")
NAMES = ("threads", "active", "dirty", "muzzy", "retained", "passes", "calls",
         "pages")
bad = []


def printed(arena):
    return dict(zip(NAMES, (
        arena["nthreads"], arena["pactive"] * PAGE, arena["pdirty"] * PAGE,
        arena["pmuzzy"] * PAGE, arena["retained"],
        arena["dirty_npurge"] + arena["muzzy_npurge"],
        arena["dirty_nmadvise"] + arena["muzzy_nmadvise"],
        arena["dirty_purged"] + arena["muzzy_purged"])))


def compare(what, ours, theirs, slack):
    if abs(ours - theirs) > slack:
        bad.append("%s: %d, the allocator says %d" % (what, ours, theirs))


def check_arenas(text, arenas):
    found = {m[0]: dict(zip(NAMES, map(int, m[1:])))
             for m in ARENA.findall(text)}
    for number, arena in arenas.items():
        if not number.isdigit():
            continue
        theirs = printed(arena)
        ours = found.get(number)
        if ours is None:
            if theirs["threads"] or theirs["active"]:
                bad.append("arena %s is not told" % number)
            continue
        for name in NAMES:
            slack = 0
            if number == "0" and name in ("active", "dirty", "retained"):
                slack = BUFFER
            elif number == "0" and name == "threads":
                slack = 1
            compare("arena %s %s" % (number, name), ours[name], theirs[name],
                    slack)
    return len(found)


def check_sizes(text, classes, stats):
    large = {c["size"]: s for c, s in zip(classes, stats)}
    for size, live in re.findall(r"# BySize (\d+) = (\d+) ", text):
        if int(size) in large:
            compare("BySize " + size, int(live),
                    large[int(size)]["curlextents"], int(size) == 65536)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        text = f.read()
    with open(sys.argv[2], encoding="utf-8") as f:
        all_ = json.load(f)["jemalloc"]
    arenas = all_["stats.arenas"]
    if check_arenas(text, arenas) == 0:
        bad.append("no arena is told")
    check_sizes(text, all_["arenas"]["lextent"],
                arenas["merged"]["lextents"])
    ours = dict(re.findall(r"# (\w+) = (\d+)$", text, re.M))
    compare("HeapInuse", int(ours["HeapInuse"]), all_["stats"]["active"],
            BUFFER)
    if bad:
        sys.exit("\n".join(bad))


main()
