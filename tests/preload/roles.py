#!/usr/bin/python3
"""roles.py - POOL lines of workers that wait where others do not.

Runs tests/hosts/pool_roles in each of its roles, and looks at the lines that
come when it has settled: a figure is not known, or it is right.

	roles.py LIBRARY HOST FOLDER [ROLE...]
"""
import os
import re
import sys

import poolwatch

LIBRARY, HOST, FOLDER = sys.argv[1:4]
PERIOD_MS = 50
SETTLE = 10		# periods before the lines that are looked at
LOOKS = 20
ROLES = ["leader", "leader_far", "leader_accept", "leader_poll", "blocks",
         "same", "joins", "timers", "once", "parked", "closures", "python"]
# Four threads and their queue, whose waits are at a new semaphore each.
PYTHON = """#!/usr/bin/python3
import queue, sys, threading, time
q = queue.Queue()
def work():
    while True:
        time.sleep(q.get())
def bring():
    while True:
        for _ in range(6):
            q.put(0.02)
        time.sleep(0.1)
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
print("ready", flush=True)
threading.Thread(target=bring, daemon=True).start()
sys.stdin.read()
"""
LINE = re.compile(
    r"^POOL (\d+)ms: (?P<name>\S+)#\d+ workers=(?P<workers>~?\d+) "
    r"idle=(?P<idle>\S+) .* rate=(?P<rate>\S+) .* busy=(?P<busy>\S+) "
    r"blocked=(?P<blocked>\S+) saturated=(?P<saturated>\S+).*")


def number(text):
    """What a figure says; None when it is not known."""
    m = re.match(r"~?(\d+)", text)
    return int(m[1]) if m else None


def wrong(role, lines):
    """What is wrong with one period's lines; "" if nothing."""
    if role == "closures":
        have = {m["name"]: m["workers"] for m in lines}
        good = {"Server::start()::lambda": "3",
                "Server::start()::lambda2": "2"}
        return "" if have == good else "not what they are called"
    if role == "python":
        # One thread more runs beside them.
        surely = {m["workers"] for m in lines if "~" not in m["workers"]}
        return "" if surely <= {"4", "5"} else "workers are missing"
    m = next((m for m in lines if m["workers"] == "4"), None)
    if m is None:
        return "no pool of four"
    idle, saturated = number(m["idle"]), number(m["saturated"])
    if role.startswith("leader"):
        # There is always one that has nothing to do, even while it is on its
        # way from its work to its wait.
        if m["saturated"] != "-" and saturated > 0:
            return "saturated"
        if m["idle"] != "-" and "~" not in m["idle"]:
            return "surely idle"
    elif role == "parked":
        # Nobody is ever held up.
        if number(m["blocked"]) not in (None, 0):
            return "blocked"
        if number(m["idle"]) == 0 and saturated == 0:
            return "none idle, never saturated"
    elif role in ("timers", "once"):
        # Something is done all the time.
        if number(m["rate"]) == 0:
            return "nothing done"
    elif idle is not None and idle != 2:
        return "not two idle"
    return ""


def check(role):
    log = os.path.join(FOLDER, role)
    host = HOST
    if role == "closures":
        host = os.path.join(FOLDER, "pool_closures")
        if not os.path.exists(host):
            print("closures: no C++ here")
            return 0
    if role == "python":
        host = os.path.join(FOLDER, "pool_python")
        with open(host, "w", encoding="ascii") as f:
            f.write(PYTHON)
        os.chmod(host, 0o700)
    found = poolwatch.watch(host, role, LIBRARY, log, LINE, PERIOD_MS, SETTLE,
                            LOOKS)
    if found is None:
        print(f"{role}: too few lines")
        return 1
    return poolwatch.judge(role, found[1], wrong)


sys.exit(sum(check(role) for role in sys.argv[4:] or ROLES) != 0)
