#!/usr/bin/python3
"""hired.py - threads that work on are no tasks because others were.

Runs tests/hosts/pool_hired in each of its roles, and looks at the POOL lines
that come when it has settled.

	hired.py LIBRARY HOST FOLDER [ROLE...]
"""
import os
import re
import sys

import poolwatch

LIBRARY, HOST, FOLDER = sys.argv[1:4]
PERIOD_MS = 50
SETTLE = 30		# periods before the lines that are looked at
LOOKS = 20
CROWD = 10		# threads that are there at once; some begin, some end
ROLES = ["idle", "idle_own", "works", "works_own", "tasks", "crowd", "named"]
LINE = re.compile(
    r"^POOL (\d+)ms: (?P<name>\S+)#\d+ workers=(?P<workers>\S+) "
    r"idle=(?P<idle>\S+) .* rate=(?P<rate>\S+) .* via=(?P<via>\S+) "
    r"busy=(?P<busy>\S+) blocked=(?P<blocked>\S+) "
    r"saturated=(?P<saturated>\S+) .* longest=(?P<longest>\S+).*")


def wrong(role, lines):
    """What is wrong with one period's lines; "" if nothing."""
    if role == "named":
        workers = [m["workers"] for m in lines if m["name"] == "hand"]
        return "" if workers == ["~4"] else "not about four workers"
    threads = next((m for m in lines if m["via"] == "async"), None)
    if role == "tasks":
        if threads is None or int(threads["workers"]) > 1:
            return "no pool of one thread after the other"
        return "no tasks" if threads["rate"] in ("-", "0/s") else ""
    if role == "crowd":
        if any(int(m["workers"].strip("~")) > CROWD for m in lines):
            return "more workers than threads"
        return "no tasks" if threads["rate"] in ("-", "0/s") else ""
    if role.startswith("works"):
        if not any(m["via"] == "inferred" and m["workers"] == "4"
                   for m in lines):
            return "no pool of four workers"
        # Of the tasks there were before one line tells, and no other.
        return "workers are tasks" if threads is not None and \
            int(threads["workers"]) > 0 else ""
    for what in ("busy", "blocked", "saturated", "longest"):
        sure = threads[what][0] not in "-~"
        if sure or (role == "idle" and threads[what] != "-"):
            return what
    return ""


def check(role):
    log = os.path.join(FOLDER, role)
    found = poolwatch.watch(HOST, role, LIBRARY, log, LINE, PERIOD_MS, SETTLE,
                            LOOKS)
    if found is None:
        print(f"{role}: too few lines")
        return 1
    return poolwatch.judge(role, found[1], wrong)


sys.exit(sum(check(role) for role in sys.argv[4:] or ROLES) != 0)
