"""poollog - POOL lines, and what a program wrote down of its pool itself.

The program's log has the lines "start NS", "workers NS COUNT" and "task QUEUED
STARTED DONE" (CLOCK_MONOTONIC; tests/hosts/pool_log.c writes them).  Times here
are milliseconds since the start.
"""
import re

LINE = re.compile(
    r"POOL (?P<ms>\d+)ms: (?P<name>\S+)#(?P<number>\d+) "
    r"workers=(?P<workers>\d+) idle=(?P<idle>\S+) runqueue=(?P<waiting>\S+) "
    r"\[[^]]*\] rate=(?P<rate>\S+) wait=(?P<wait>\S+) run=(?P<run>\S+) "
    r"via=(?P<via>\S+)")
SHARE = 0.05            # that a line may be wrong by
QUEUED, STARTED, DONE = range(3)


def number(text):
    """What a field says, estimated or not; None when it is not known."""
    return None if text == "-" else float(re.sub(r"[~%a-z/]", "", text))


def triple(text):
    """Median, 99th percentile and largest, as they are written."""
    return re.sub("[~ms]", "", text).split("/")


def read_lines(path, name):
    """The lines of the first pool with that @name."""
    with open(path, encoding="utf-8", errors="replace") as f:
        lines = [m for m in map(LINE.search, f) if m and m["name"] == name]
    return [m for m in lines if m["number"] == lines[0]["number"]]


class Host:
    """The program's log."""

    def __init__(self, path):
        self.tasks, self.workers, start = [], [], 0
        with open(path, encoding="utf-8") as f:
            for line in f:
                word, *rest = line.split()
                if word == "start":
                    start = int(rest[0])
                elif word == "workers":
                    self.workers.append(((int(rest[0]) - start) / 1e6,
                                         int(rest[1])))
                elif word == "task":
                    self.tasks.append([(int(x) - start) / 1e6
                                       for x in rest])

    def between(self, since, until, event):
        """The tasks to which @event happened then."""
        return [x for x in self.tasks if since < x[event] <= until]

    def count(self, at, first, then):
        """To how many @first had happened, and @then had not."""
        return sum(x[first] <= at < x[then] for x in self.tasks)
