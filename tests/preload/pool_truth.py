"""pool_truth - what POOL lines say agrees with the program's own log.

Usage: pool_truth.py LOG HOSTLOG NAME.  LOG has the SCHED and POOL lines,
HOSTLOG what tests/hosts/pool_log.c writes.  The first pool of that NAME is
compared, line by line: workers exactly; busy, idle, runqueue and rate within
5 %; the median and the largest of wait and run within 5 % and 0.3 ms.

A line is as old as its time stamp by some milliseconds on a busy machine, and
is right when the log says the same anywhere within them.  A thread may lose its
processor between the program's reading of the clock and ours: so few of the
largest times are allowed to be other ones, and no median.
"""
import re
import sys

SLACK = 0.012           # seconds around a line's time
SHARE = 0.05
TIMES_SLACK = 0.0003
EXCUSED = 2             # largest times that one run may have wrong

LINE = re.compile(r"POOL (\d+)ms: (\S+)#(\d+) workers=(\d+) idle=(\d+) "
                  r"runqueue=(\d+) \[-\] rate=([\d.]+)/s wait=(\S+) "
                  r"run=(\S+) via=(\S+)")


class Host:
    """The program's log, in seconds since its start."""

    def __init__(self, path):
        self.tasks, self.workers = [], []
        for line in open(path, encoding="ascii"):
            word, *n = line.split()
            n = [int(x) for x in n]
            if word == "start":
                start = n[0]
            elif word == "workers":
                self.workers.append(((n[0] - start) / 1e9, n[1]))
            else:
                self.tasks.append([(x - start) / 1e9 for x in n])
        self.end = max(t for t, _ in self.workers)

    def moments(self, at):
        """The times near @at when anything changed."""
        near = {at - SLACK, at, at + SLACK}
        for task in self.tasks:
            near |= {t for t in task if abs(t - at) < SLACK}
        return near

    def count(self, t, from_, to):
        return sum(x[from_] <= t < x[to] for x in self.tasks)

    def between(self, since, until, event):
        return [x for x in self.tasks if since < x[event] <= until]


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
        print("%.3fs %s: the line says %g, the program %g to %g" %
              (at, what, said, low, high))


def seconds(ms):
    return float(ms) / 1000


def unit(ms):
    """What the last digit that is printed is worth; the rest is cut off."""
    return 10.0 ** -len(ms.partition(".")[2]) / 1000


def check_times(judge, host, m, since, at):
    """wait and run of the tasks that began and ended in the period."""
    for what, text, event, of in (("wait", m[8], 1, lambda x: x[1] - x[0]),
                                  ("run", m[9], 2, lambda x: x[2] - x[1])):
        sure = host.between(since + SLACK, at - SLACK, event)
        some = host.between(since - SLACK, at + SLACK, event)
        if text == "-":
            judge.fits(what + " is known", at, 0, [len(sure)])
            continue
        if len(sure) < 20:
            continue
        mid, _, most = text[:-2].split("/")
        # A few tasks more or less at either end shift the median.
        spread = sorted(of(x) for x in some)
        edge = len(some) - len(sure) + 2
        middle = len(spread) // 2
        near = spread[max(0, middle - edge):middle + edge + 1]
        judge.fits(what + " median", at, seconds(mid), near,
                   TIMES_SLACK + unit(mid))
        # The first task makes the pool before it is queued in it.
        rest = [x for x in sure if x is not host.tasks[0]]
        judge.fits(what + " largest", at, seconds(most),
                   [max(map(of, x)) for x in (sure, some, rest)],
                   TIMES_SLACK + unit(most))


def check_line(judge, host, m, since):
    at = seconds(m[1])
    workers, idle, waiting = int(m[4]), int(m[5]), int(m[6])
    near = [n for t, n in host.workers if abs(t - at) < 0.04]
    if near and workers not in near:
        judge.failures += 1
        print("%.3fs: %d workers, the program says %s" % (at, workers, near))
    moments = host.moments(at)
    busy = [host.count(t, 1, 2) for t in moments]
    judge.fits("busy", at, workers - idle, busy)
    judge.fits("runqueue", at, waiting,
               [host.count(t, 0, 1) for t in moments])
    if since is not None:
        few = len(host.between(since + SLACK, at - SLACK, 2))
        many = len(host.between(since - SLACK, at + SLACK, 2))
        judge.fits("rate", at, float(m[7]) * (at - since), [few, many], 1)
        check_times(judge, host, m, since, at)


def main(log, hostlog, name):
    host, judge, since, lines, done = Host(hostlog), Judge(), 0.0, 0, 0.0
    for text in open(log, encoding="utf-8", errors="replace"):
        m = LINE.match(text)
        if not m or m[2] != name or m[3] != "1":
            continue
        at = seconds(m[1])
        if at > host.end:
            break
        check_line(judge, host, m, since)
        done += float(m[7]) * (at - since)
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
