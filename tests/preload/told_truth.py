"""told_truth - POOL lines beside what the program wrote down itself.

	told_truth.py LOG OUT POOL WORKERS [LEAST]

OUT has "start NS" and "task QUEUED STARTED DONE" lines (CLOCK_MONOTONIC); LOG
the POOL lines of the pool with the name POOL.  In every whole period the
workers are WORKERS (unless that is -), and rate, waiting tasks, wait and run
agree within 5 % with the program's.  A line is read a moment after its time:
the period may be shifted by that moment.  At least LEAST (3) periods must have
been compared.
"""
import re
import sys

LINE = re.compile(
    r"POOL (\d+)ms: (\S+)#\d+ workers=(\d+) idle=(\d+) runqueue=(\S+) "
    r"\[[^]]*\] rate=(\S+)/s wait=(\S+) run=(\S+) via=(\S+)")
SHIFTS = [0, 1, 2, 4, 8, 15, 30, 60, 120]


def near(said, true, floor):
    """Within 5 %, and the last digit that is shown."""
    return abs(said - true) <= 0.05 * max(said, true) + floor


def quantile(values, permille):
    rank = max(-(-len(values) * permille // 1000), 1)
    return values[rank - 1]


def triple(text):
    return [float(x) for x in re.sub(r"[~ms]", "", text).split("/")]


def judge_times(text, values):
    """values: sorted ms."""
    if text == "-" or not values:
        return text == "-" and not values
    true = (quantile(values, 500), quantile(values, 990), values[-1])
    return all(near(s, t, 0.35) for s, t in zip(triple(text), true))


def windows(begin, end):
    for a in SHIFTS:
        for b in SHIFTS:
            yield begin + a, end + b


def judge(m, tasks, before):
    """What of the line is never right."""
    end, wrong = float(m[1]), {"rate", "runqueue", "wait", "run"}
    for a, b in windows(before, end):
        wait = sorted(s - q for q, s, d in tasks if a < s <= b)
        run = sorted(d - s for q, s, d in tasks if a < d <= b)
        if near(float(m[6].strip("~")), len(run) * 1000 / (end - before),
                2000 / (end - before)):
            wrong.discard("rate")
        if m[5] == "-" or abs(int(m[5].strip("~")) - sum(
                q <= b < s for q, s, d in tasks)) <= 1:
            wrong.discard("runqueue")
        if judge_times(m[7], wait):
            wrong.discard("wait")
        if judge_times(m[8], run):
            wrong.discard("run")
    return wrong


def read_tasks(path):
    start, tasks = 0, []
    with open(path, encoding="utf-8") as f:
        for line in f:
            part = line.split()
            if part[0] == "start":
                start = int(part[1])
            elif part[0] == "task":
                tasks.append([int(x) for x in part[1:]])
    return [[(x - start) / 1e6 for x in t] for t in tasks]


def main():
    log, out, name, workers = sys.argv[1:5]
    least = int(sys.argv[5]) if len(sys.argv) > 5 else 3
    tasks = read_tasks(out)
    last = max(d for q, s, d in tasks)
    before, compared, bad = None, 0, 0
    with open(log, encoding="utf-8") as f:
        text = f.read()
    for m in LINE.finditer(text):
        if m[2] != name or float(m[1]) > last:
            continue
        if before is not None:
            wrong = judge(m, tasks, before)
            if workers not in ("-", m[3]):
                wrong.add("workers")
            if wrong:
                print("%s: not true: %s" % (m[0], " ".join(sorted(wrong))))
                bad += 1
            compared += 1
        before = float(m[1])
    print("%d periods compared, %d not true" % (compared, bad))
    # One period may have met a machine that stood still.
    sys.exit(1 if bad > compared // 5 or compared < least else 0)


if __name__ == "__main__":
    main()
