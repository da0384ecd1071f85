#!/usr/bin/python3
"""guises.py - POOL lines of workers that seem to be what they are not.

Runs tests/hosts/pool_guises in each of its guises, and pool_bells and
pool_functors in theirs, and looks at the lines that come when it has settled.

	guises.py LIBRARY HOST FOLDER
"""
import os
import re
import subprocess
import sys

import poolwatch

LIBRARY, HOST, FOLDER = sys.argv[1:4]
PERIOD_MS = 20
SETTLE = 5		# periods before the lines that are looked at
LOOKS = {"passing": 150, "turns": 10, "late": 10, "names": 10,
         "queues": 10, "drains": 20, "answers": 20,
         "functors": 20, "pointers": 20, "rings": 20, "held": 20}
LINE = re.compile(
    r"^POOL (\d+)ms: (?P<name>\S+)#\d+ "
    r"workers=(?P<workers>\d+) "
    r"idle=(?P<idle>\S+) .* busy=(?P<busy>\S+) blocked=(?P<blocked>\S+) "
    r"saturated=(?P<saturated>\S+).*")


def wrong(guise, lines):
    """What is wrong with one period's lines; "" if nothing."""
    if guise == "passing":
        # Whoever is busy works.
        bad = [m for m in lines if m["blocked"].lstrip("~") not in "0-"]
        return "blocked" if bad else ""
    if guise == "turns":
        # All wait for tasks.  If that is not known, nothing is.
        for m in lines:
            if m["busy"].lstrip("~") not in "0-" or \
                    m["saturated"].lstrip("~") not in ("-", "0%"):
                return "busy"
        return ""
    if guise == "names":
        have = {m["name"]: m["workers"] for m in lines}
        good = {"first_of_th": "10", "second": "3", "guises_worker": "3"}
        return "" if have == good else "not two families"
    if guise == "queues":
        # No queue has five workers.
        bad = [m for m in lines if m["name"][:4] in ("main", "disk")]
        five = [m for m in lines if m["workers"] == "5"]
        return "named after a part" if bad or not five else ""
    if guise == "drains":
        # No more than fifty wait, and none takes long.
        m = re.search(r"runqueue=~?(\d+) .* longest=(\S+)", lines[0][0])
        return "" if m is None or int(m[1]) <= 60 and m[2] == "-" else \
            "more than there is"
    if guise == "functors":
        # Who brings the tasks is none of those who do them: of the queue
        # nothing is known.  How long each was busy tells about how long all
        # were; and where none of them had a moment of the CPU they were idle.
        if len(lines) != 1 or lines[0]["workers"] != "3":
            return "not three workers"
        still = lines[0]["idle"] == "3" and " cpu=0% " in lines[0][0] and \
            lines[0][0].endswith(" wakeup=-")
        known = lines[0]["saturated"][0] not in "-~" and \
            lines[0]["idle"] != "0"
        return "saturated" if known and not (
            still and lines[0]["saturated"] == "0%") else ""
    if guise == "pointers":
        return "" if len(lines) == 1 and lines[0]["workers"] == "3" else \
            "not three workers"
    if guise == "rings":
        # There is always something to do.
        m = re.search(r"runqueue=~?(\d+) |rate=~?(\d+)/|longest=(~?\d\S+)",
                      lines[0][0])
        return "" if m is None or lines[0]["busy"] != "3" else \
            "knows what it cannot know"
    if guise == "held":
        # All wait, and one of them has been woken up for what there is.
        return "nothing waits" if re.search(r"runqueue=~?0 ",
                                            lines[0][0]) else ""
    if guise == "answers":
        # None is ever idle.
        bad = [m for m in lines if m["idle"] not in ("-", "0", "~0")]
        return "idle" if bad else ""
    if len(lines) != 1 or lines[0]["workers"] != "3":
        return "not one pool of three"
    return ""


def check(guise):
    log = os.path.join(FOLDER, guise)
    host = HOST
    if guise == "queues":
        # Without symbols the threads' names are all there is.
        host = os.path.join(FOLDER, "pool_guises")
        subprocess.run(["strip", "-o", host, HOST], check=True)
    if guise in ("rings", "held"):
        host = os.path.join(os.path.dirname(HOST), "pool_bells")
    if guise in ("functors", "pointers"):
        host = os.path.join(FOLDER, "pool_functors")
        if not os.path.exists(host):
            print(f"{guise}: no C++ here")
            return 0
    found = poolwatch.watch(host, guise, LIBRARY, log, LINE, PERIOD_MS,
                            SETTLE, LOOKS[guise])
    if found is None:
        print(f"{guise}: too few lines")
        return 1
    before, lines = found
    # The last of the loops is one of three all the time.
    if guise == "late":
        lines = before[1:] + lines
    return poolwatch.judge(guise, lines, wrong)


sys.exit(sum(check(guise) for guise in sys.argv[4:] or LOOKS) != 0)
