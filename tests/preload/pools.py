#!/usr/bin/python3
"""pools.py - what POOL lines say of pools that nobody told us about.

Runs tests/hosts/pool_crowd, and tests/hosts/pool_shapes in each of its shapes,
and compares the lines with what the hosts know: counts of workers exactly,
queue, waiting and working times within a quarter, or not told ("-") where the
shape allows no estimate.

	pools.py LIBRARY HOST FOLDER
"""
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

LIBRARY, HOST, FOLDER = sys.argv[1:4]
PERIOD_MS = 100
WORKERS = 3
# What else may be, while tasks hold the workers for the first time, and when
# some have been let go of: a condition's mutex may guard anything until busy
# workers were seen to come for tasks there; what their other locks are for is
# not known then.
HELD = dict.fromkeys(("always", "lazy", "broadcast", "wrapped", "asked",
                      "each", "tried", "wakes", "inside", "bulk", "room"),
                     ("q", ""))
HELD["ring"] = HELD["refused"] = ("qc", "qc")
HELD["counting"] = HELD["each"] = ("q", "q")
LATE = (0, 2, 5, 10, 20, 40, 80, -5, -12)
# What may be "-": q the queue's length, w the time in it, r the time of tasks,
# n how many there are; c who is busy, until workers were seen to come home; C
# for good.
SHAPES = {
    "always": "", "lazy": "", "broadcast": "", "wrapped": "",
    "counting": "", "countwrapped": "qwrn", "asked": "", "sem": "",
    "each": "", "epoll": "qw", "futex": "qwrn", "tried": "", "wakes": "",
    "ring": "qc", "room": "", "refused": "", "drain": "qwrn", "inside": "",
    "bulk": "qw",
    "read": "qwrnc", "beside": "qwrnC",
    "any": "qwrn", "spin": "qwrn", "steal": "qwrn", "own": "qwrnc",
    "inner": "qwrn", "bell": "qwrn", "turn": "qwr",
    "listen": "qwrn",
}
LINE = re.compile(
    r"^POOL (\d+)ms: shapes_worker#(\d+) workers=(\d+) idle=(\S+) "
    r"runqueue=(~?[\d-]+) \[.*\] rate=(\S+) wait=(\S+) run=(\S+) "
    r"via=inferred busy=(\S+) blocked=(\S+)")
failures = 0


def fail(shape, what):
    global failures
    failures += 1
    print(f"{shape}: {what}")


def lines_in(log):
    if not os.path.exists(log):
        return []
    with open(log, errors="replace") as f:
        return [m for m in map(LINE.match, f) if m]


def settle(log, count):
    """The pool's line after @count more periods."""
    seen = len(lines_in(log))
    end = time.monotonic() + 60
    while time.monotonic() < end:
        lines = lines_in(log)
        if len(lines) >= seen + count:
            return lines[-1]
        time.sleep(0.02)
    return None


def number(text):
    return None if text == "-" else float(text.lstrip("~"))


def near(have, want, share=0.25, floor=0.0):
    return abs(have - want) <= max(want * share, floor)


def wrong_counts(line, may, idle, waiting):
    """What a line has wrong of the workers and the queue; "" if nothing."""
    have = [number(line[i]) for i in (3, 4, 9, 10)]
    busy = WORKERS - idle
    if have != [WORKERS, idle, busy, busy] and (
            "c" not in may.lower() or have != [WORKERS, None, None, None]):
        return f"workers, idle, busy, blocked are {have}"
    queue = number(line[5])
    if queue is None:
        return "" if "q" in may else "the queue is not known"
    if near(queue, waiting):
        return ""
    return f"runqueue={line[5]}, not {waiting}"


def check_counts(shape, log, may, phase, idle, waiting):
    """Nothing changes in this phase: when the line after three periods is
    wrong, a worker that was on its way on a busy machine has two more."""
    for periods in (3, 1, 1):
        line = settle(log, periods)
        wrong = line and wrong_counts(line, may, idle, waiting)
        if wrong == "":
            return
    fail(shape, f"{phase}: {wrong or 'no line'}")


def read_tasks(path):
    """Each task's queued, started and done, in ms since the start."""
    with open(path, encoding="ascii") as f:
        return [[int(x) / 1e6 for x in line.split()] for line in f]


def windows(begin, end):
    """A line is as old as its time, and on a busy machine some ms less: what
    the program wrote down about either interval is true of it."""
    for a in LATE:
        for b in LATE:
            yield begin + a, end + b


def bounds(tasks, begin, end, event):
    """How low and how high the median of the interval's tasks can be said to
    be: a task more or less at either end counts to it or does not."""
    low, high = float("inf"), 0.0
    for a, b in windows(begin, end):
        times = sorted(t[event] - t[event - 1] for t in tasks
                       if a < t[event] <= b)
        if times:
            middle = (len(times) - 1) // 2
            low = min(low, times[max(0, middle - 1)])
            high = max(high, times[min(len(times) - 1, middle + 2)])
    return low, high


def count_bounds(tasks, begin, end):
    """How few and how many tasks ended in the interval."""
    n = [sum(a < t[2] <= b for t in tasks) for a, b in windows(begin, end)]
    return min(n), max(n)


def check_time(shape, line, field, tasks, event, since):
    low, high = bounds(tasks, since, float(line[1]), event)
    said = number(line[field].split("/")[0])
    if not low * 0.75 - 0.3 <= said <= high * 1.25 + 0.3:
        fail(shape, f"{line[0].strip()}: the host says {low:.3f} to "
             f"{high:.3f} ms")


def check_lines(shape, log):
    """Each period has a line, from the first one on."""
    with open(log, errors="replace") as f:
        sched = re.findall(r"^SCHED (\d+)ms", f.read(), re.M)
    have = {m[1] for m in lines_in(log)}
    missing = [ms for ms in sched if ms not in have]
    if any(int(ms) > min(map(int, have)) for ms in missing):
        fail(shape, f"no line at {missing}")


def check_rate(shape, line, tasks, since):
    if not line[6].startswith("~"):
        fail(shape, f"{line[0].strip()}: the rate is no estimate")
    low, high = count_bounds(tasks, since, float(line[1]))
    said = number(line[6].rstrip("/s")) * (float(line[1]) - since) / 1000
    if not low * 0.75 - 1.5 <= said <= high * 1.25 + 1.5:
        fail(shape, f"{line[0].strip()}: the host says {low} to {high}")


def check_steady(shape, lines, tasks, may):
    told = {"r": 0, "w": 0, "n": 0}
    since = float(lines[0][1])
    for line in lines[1:]:
        if line[6] != "-":
            check_rate(shape, line, tasks, since)
            told["n"] += number(line[6].rstrip("/s")) > 0
        for what, field, event in (("w", 7, 1), ("r", 8, 2)):
            if line[field] != "-":
                check_time(shape, line, field, tasks, event, since)
                told[what] += 1
        since = float(line[1])
    print(f"{shape}: {len(lines)} lines, {told['n']} with a rate, "
          f"{told['w']} with waits, {told['r']} with runs")
    for what, n in told.items():
        if n < 3 and what not in may:
            fail(shape, f"only {n} lines tell {what}")


def check(shape, may):
    log = os.path.join(FOLDER, shape)
    truth = log + ".truth"
    env = dict(os.environ, LD_PRELOAD=LIBRARY,
               DIAG=f"schedtrace={PERIOD_MS},children=0,log={log}")
    host = subprocess.Popen([HOST, shape, truth], env=env, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def go_on():
        host.stdin.write("\n")
        host.stdin.flush()

    for first in HELD.get(shape, ("", "")):
        word, *said = host.stdout.readline().split()
        if word != "held":
            fail(shape, "the host does not hold")
        check_counts(shape, log, may + first, word,
                     int(said[0]), int(said[1]))
        go_on()
    host.stdout.readline()
    check_counts(shape, log, may, "idle", WORKERS, 0)
    before = len(lines_in(log))
    go_on()
    host.stdout.readline()
    check_steady(shape, lines_in(log)[before - 1:], read_tasks(truth), may)
    check_counts(shape, log, may.replace("c", ""), "idle again",
                 WORKERS, 0)
    check_lines(shape, log)
    go_on()
    if host.wait() != 0:
        fail(shape, f"the host ends with {host.returncode}")


def check_crowd():
    """Of many threads none is missing."""
    log = os.path.join(FOLDER, "crowd")
    crowd = os.path.join(os.path.dirname(HOST), "pool_crowd")
    env = dict(os.environ, LD_PRELOAD=LIBRARY,
               DIAG=f"schedtrace={PERIOD_MS},children=0,log={log}")
    host = subprocess.Popen([crowd], env=env, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    host.stdout.readline()
    line = settle(log, 3)
    if line is None or line[3] != "200":
        fail("crowd", f"not 200 workers: {line and line[0]}")
    host.communicate("")


if not sys.argv[4:]:
    check_crowd()
with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda name: check(name, SHAPES[name]),
                  sys.argv[4:] or SHAPES))
sys.exit(failures != 0)
