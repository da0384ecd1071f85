"""poolwatch - the POOL lines of a host, period by period, held against a rule.

A host takes what it shall be as its argument, says "ready" in a line, and ends
with its standard input.
"""
import os
import subprocess
import time

PATIENCE_S = 60


def periods(log, line):
    """The matches of the expression @line in the file @log, by period (its
    first group)."""
    found = {}
    if os.path.exists(log):
        with open(log, errors="replace") as f:
            for text in f:
                m = line.match(text)
                if m:
                    found.setdefault(m[1], []).append(m)
    return list(found.values())


def watch(host, what, library, log, line, period_ms, settle, looks):
    """The periods of @host being @what: at least @looks of them after @settle,
    and those before them; None when they do not come."""
    env = dict(os.environ, LD_PRELOAD=library,
               DIAG=f"schedtrace={period_ms},children=0,log={log}")
    with subprocess.Popen([host, what], env=env, text=True,
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        first = len(periods(log, line)) + settle
        end = time.monotonic() + PATIENCE_S
        while len(periods(log, line)) < first + looks:
            if time.monotonic() > end:
                return None
            time.sleep(0.05)
        found = periods(log, line)
        child.communicate("")
    return found[:first], found[first:]


def judge(what, found, wrong):
    """How many of the periods @found are wrong, by what @wrong(what, period)
    says of each: "" when nothing is.  The first are shown."""
    bad = [(why, p) for p in found if (why := wrong(what, p))]
    for why, period in bad[:3]:
        print(f"{what}: {why}:", *(m[0] for m in period))
    print(f"{what}: {len(bad)} of {len(found)} periods are wrong")
    return len(bad)
