"""told_truth - POOL lines beside what the program wrote down itself.

	told_truth.py LOG OUT POOL WORKERS [LEAST]

OUT is the program's log (see poollog.py); LOG has the POOL lines of the pool
with the name POOL.  In every whole period the workers are WORKERS (unless that
is -), and rate, waiting tasks, wait and run agree within 5 % with the
program's.  A line is read a moment after its time: the period may be shifted by
that moment.  At least LEAST (3) periods must have been compared.
"""
import sys

from poollog import (DONE, QUEUED, SHARE, STARTED, Host, number, read_lines,
                     triple)

SHIFTS = [0, 1, 2, 4, 8, 15, 30, 60, 120]


def near(said, true, floor):
    """Within 5 %, and the last digit that is shown."""
    return abs(said - true) <= SHARE * max(said, true) + floor


def quantile(values, permille):
    rank = max(-(-len(values) * permille // 1000), 1)
    return values[rank - 1]


def judge_times(text, values):
    """values: sorted ms."""
    if text == "-" or not values:
        return text == "-" and not values
    true = (quantile(values, 500), quantile(values, 990), values[-1])
    return all(near(float(s), t, 0.35) for s, t in zip(triple(text), true))


def windows(begin, end):
    for a in SHIFTS:
        for b in SHIFTS:
            yield begin + a, end + b


def judge(m, host, before):
    """What of the line is never right."""
    end, wrong = float(m["ms"]), {"rate", "runqueue", "wait", "run"}
    for a, b in windows(before, end):
        wait = sorted(x[STARTED] - x[QUEUED]
                      for x in host.between(a, b, STARTED))
        run = sorted(x[DONE] - x[STARTED] for x in host.between(a, b, DONE))
        if near(number(m["rate"]), len(run) * 1000 / (end - before),
                2000 / (end - before)):
            wrong.discard("rate")
        if m["waiting"] == "-" or abs(number(m["waiting"]) - host.count(
                b, QUEUED, STARTED)) <= 1:
            wrong.discard("runqueue")
        if judge_times(m["wait"], wait):
            wrong.discard("wait")
        if judge_times(m["run"], run):
            wrong.discard("run")
    return wrong


def main(log, out, name, workers, least=3):
    host = Host(out)
    last = max(x[DONE] for x in host.tasks)
    before, compared, bad = None, 0, 0
    for m in read_lines(log, name):
        if float(m["ms"]) > last:
            break
        if before is not None:
            wrong = judge(m, host, before)
            if workers not in ("-", m["workers"]):
                wrong.add("workers")
            if wrong:
                print("%s: not true: %s" % (m[0], " ".join(sorted(wrong))))
                bad += 1
            compared += 1
        before = float(m["ms"])
    print("%d periods compared, %d not true" % (compared, bad))
    # One period may have met a machine that stood still.
    return 1 if bad > compared // 5 or compared < int(least) else 0


sys.exit(main(*sys.argv[1:]))
