"""pool_truth - what POOL lines say agrees with the program's own log.

	pool_truth.py LOG HOSTLOG NAME

LOG has the SCHED and POOL lines, HOSTLOG is the program's log (see poollog.py).
The first pool of that NAME is compared, line by line: workers exactly; busy,
idle, runqueue and rate within 5 %; the median and the largest of wait and run
within 5 % and 0.3 ms.

A line is as old as its time stamp by some milliseconds on a busy machine, and
is right when the log says the same anywhere within them.  A thread may lose its
processor between the program's reading of the clock and ours: so few of the
largest times are allowed to be other ones, and no median.
"""
import sys

from poollog import (DONE, QUEUED, SHARE, STARTED, Host, number, read_lines,
                     triple)

SLACK = 12              # ms around a line's time
WORKERS_SLACK = 40
TIMES_SLACK = 0.3
EXCUSED = 2             # largest times that one run may have wrong


class Judge:
    def __init__(self):
        self.failures = self.excused = 0
        self.compared = {}

    def fits(self, what, at, said, values, slack=0.0):
        """Is @said within 5 % of one of @values, or between them?"""
        low, high = min(values), max(values)
        self.compared[what] = self.compared.get(what, 0) + 1
        if (low * (1 - SHARE) - slack <= said <=
                high * (1 + SHARE) + slack):
            return
        if what.endswith("largest") and self.excused < EXCUSED:
            self.excused += 1
        else:
            self.failures += 1
        print("%dms %s: the line says %g, the program %g to %g" %
              (at, what, said, low, high))


def moments(host, at):
    """The times near @at when anything changed."""
    near = {at - SLACK, at, at + SLACK}
    for task in host.tasks:
        near |= {t for t in task if abs(t - at) < SLACK}
    return near


def unit(ms):
    """What the last digit that is printed is worth; the rest is cut off."""
    return 10.0 ** -len(ms.partition(".")[2])


def check_times(judge, host, m, since, at):
    """wait and run of the tasks that began and ended in the period."""
    for what, event, of in (
            ("wait", STARTED, lambda x: x[STARTED] - x[QUEUED]),
            ("run", DONE, lambda x: x[DONE] - x[STARTED])):
        sure = host.between(since + SLACK, at - SLACK, event)
        some = host.between(since - SLACK, at + SLACK, event)
        if m[what] == "-":
            judge.fits(what + " is known", at, 0, [len(sure)])
            continue
        if len(sure) < 20:
            continue
        mid, _, most = triple(m[what])
        # A few tasks more or less at either end shift the median.
        spread = sorted(of(x) for x in some)
        edge = len(some) - len(sure) + 2
        middle = len(spread) // 2
        near = spread[max(0, middle - edge):middle + edge + 1]
        judge.fits(what + " median", at, float(mid), near,
                   TIMES_SLACK + unit(mid))
        # The first task makes the pool before it is queued in it.
        rest = [x for x in sure if x is not host.tasks[0]]
        judge.fits(what + " largest", at, float(most),
                   [max(map(of, x)) for x in (sure, some, rest)],
                   TIMES_SLACK + unit(most))


def check_line(judge, host, m, since):
    at = float(m["ms"])
    workers = int(m["workers"])
    near = [n for t, n in host.workers if abs(t - at) < WORKERS_SLACK]
    if near and workers not in near:
        judge.failures += 1
        print("%dms: %d workers, the program says %s" % (at, workers, near))
    changes = moments(host, at)
    judge.fits("busy", at, workers - int(m["idle"]),
               [host.count(t, STARTED, DONE) for t in changes])
    judge.fits("runqueue", at, int(m["waiting"]),
               [host.count(t, QUEUED, STARTED) for t in changes])
    if since is not None:
        few = len(host.between(since + SLACK, at - SLACK, DONE))
        many = len(host.between(since - SLACK, at + SLACK, DONE))
        judge.fits("rate", at, number(m["rate"]) * (at - since) / 1000,
                   [few, many], 1)
        check_times(judge, host, m, since, at)


def main(log, hostlog, name):
    host, judge, since, lines, done = Host(hostlog), Judge(), 0.0, 0, 0.0
    end = max(t for t, _ in host.workers)
    for m in read_lines(log, name):
        at = float(m["ms"])
        if at > end:
            break
        check_line(judge, host, m, since)
        done += number(m["rate"]) * (at - since) / 1000
        since = at
        lines += 1
    total = len(host.tasks)
    print("%s: %d lines, %s compared, %d of %d tasks in all" % (
        name, lines, sum(judge.compared.values()), round(done), total))
    if lines < 6 or abs(done - total) > total * 0.02:
        print("too few lines, or tasks")
        return 1
    return 1 if judge.failures else 0


sys.exit(main(*sys.argv[1:]))
