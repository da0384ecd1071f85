"""check_log - is everything in a log ours, whole, and does it add up?

	check_log.py [--need ERE]... [--min-lines N] [--churn]
		     [--namespaces] FILE...

Every line matches an expression of $DIAG_FORMATS; what a line says agrees
with itself and with the lines around it: objects are allocations less frees,
the parts of the RSS are the RSS, the T lines are the threads of their SCHED
line, workers are idle or busy, a stack is told before it is used.  Prints
each complaint (ten at most) and exits 1; --need: some line must match;
--churn: threads end by the hundred between their count and their list;
--namespaces: processes of several PID namespaces have the same numbers.
"""
import argparse
import os
import re
import sys

PREFIX = re.compile(r"diag\[(\d+)\] ")
said = []
counts = {}
churn = False
namespaces = False


def say(where, what, line=""):
    said.append("%s: %s: %s" % (where, what, line[:300]))


def load_formats(path):
    names, formats = {}, []
    with open(path, encoding="utf-8") as f:
        for line in f.read().split("\n"):
            m = re.match(r"(\{[A-Z]\}) = (.*)$", line)
            if m:
                names[m.group(1)] = m.group(2)
            elif line and not line.startswith("##"):
                for name, meaning in names.items():
                    line = line.replace(name, meaning)
                formats.append(re.compile(line))
    return formats


class Process:
    """What the lines of one process have said so far."""

    def __init__(self):
        self.gc = 0
        self.sched_ms = 0
        self.threads = None     # of the last SCHED line, while T lines follow
        self.listed = 0
        self.stacks = set()
        self.memstats = {}
        self.sizes = []
        self.leaks = None       # bytes and blocks told, bytes and blocks seen
        self.in_block = False


def check_gc(p, where, line):
    n, = re.match(r"gc (\d+)", line).groups()
    # A process that becomes another program begins again.
    if int(n) <= p.gc and int(n) != 1 and not namespaces:
        say(where, "gc numbers do not grow", line)
    p.gc = int(n)
    m = re.search(r"(\d+) \((\d+)-(\d+)\) objects", line)
    if m and int(m.group(1)) != int(m.group(2)) - int(m.group(3)):
        say(where, "objects are not allocated - freed", line)


def end_threads(p, where):
    """A long list of threads comes in several writes, between which other
    threads may write: it ends where the next one begins."""
    if p.listed and p.threads not in (None, p.listed) and not churn:
        say(where, "SCHED threads=%d, but %d are listed" % (
            p.threads, p.listed))
    p.threads, p.listed = None, 0


def check_sched(p, where, line):
    end_threads(p, where)
    ms = int(re.match(r"SCHED (\d+)ms", line).group(1))
    if ms < p.sched_ms and not namespaces:
        say(where, "SCHED goes back in time", line)
    p.sched_ms = ms
    field = dict(re.findall(r"(\w+)=~?(\d+)", line))
    if "threads" in field:
        p.threads = int(field["threads"])
        busy = int(field.get("idlethreads", 0)) + \
            int(field.get("spinningthreads", 0))
        if busy > p.threads:
            say(where, "more idle than threads", line)
    if int(field.get("idleprocs", 0)) > int(field.get("procs", 0)):
        say(where, "more idle procs than procs", line)


def check_thread(p, line):
    m = re.match(r"  T(?:\* x| \.\.\. )(\d+)", line)
    p.listed += int(m.group(1)) if m else 1


def check_pool(where, line):
    m = re.search(r"workers=~?(\d+) idle=(~?)(\d+) .*busy=(~?)(\d+) "
                  r"blocked=~?(\d+) ", line)
    if not m:
        return
    if m[2] != m[4]:
        say(where, "idle is known as busy is not", line)
    workers, idle, busy, blocked = (int(m[i]) for i in (1, 3, 5, 6))
    if workers != idle + busy or blocked > busy:
        say(where, "workers are not idle + busy", line)
    for times in re.findall(r"=~?([\d.]+)/([\d.]+)/([\d.]+)ms", line):
        if not float(times[0]) <= float(times[1]) <= float(times[2]):
            say(where, "median, 99th percentile and largest do not grow", line)


def check_rss(where, line):
    parts = [float(x) for x in re.findall(r"(\d+\.?\d*)", line)]
    if abs(parts[0] - sum(parts[1:])) > 0.06 * len(parts):
        say(where, "the parts of the RSS are not the RSS", line)


def check_size(p, where, line):
    m = re.match(r"# BySize (\d+) = (~?)(\d+) \(~?(\d+)-~?(\d+)\)", line)
    if not m:
        return
    size, live, made, freed = (int(m[i]) for i in (1, 3, 4, 5))
    if live != made - freed:
        say(where, "live is not made - freed", line)
    p.sizes.append((size, live, m[2]))


def check_sizes(p, where, line):
    """Where no class is an estimate, their sums are exact; those that no
    thread's cache can hold are no estimates by themselves."""
    if all(size > 32768 for size, _, _ in p.sizes) or \
            any(mark for _, _, mark in p.sizes):
        return
    for name, sum_ in (("HeapObjects", sum(n for _, n, _ in p.sizes)),
                       ("HeapAlloc", sum(s * n for s, n, _ in p.sizes))):
        if name in p.memstats and p.memstats[name] != sum_:
            say(where, "the sizes are not " + name, line)


def check_memstats(p, where, line):
    m = re.match(r"# (\w+) = (\d+)$", line)
    check_size(p, where, line)
    if line.startswith("# RSS ") and "=" in line:
        check_rss(where, line)
        check_sizes(p, where, line)
    if line.startswith("# diag.MemStats"):
        p.memstats = {}
        p.sizes = []
        # It may be the last of a process that becomes another program.
        p.sched_ms = 0
    if not m:
        return
    p.memstats[m.group(1)] = int(m.group(2))
    s = p.memstats
    if m.group(1) == "HeapObjects" and "Mallocs" in s and "Frees" in s:
        if s["HeapObjects"] != s["Mallocs"] - s["Frees"]:
            say(where, "HeapObjects is not Mallocs - Frees", line)


def check_stack(p, where, line):
    m = re.match(r"stack (\d+):$", line)
    if m:
        p.stacks.add(m.group(1))
    m = re.search(r' stack (\d+)$', line)
    if m and m.group(1) not in p.stacks:
        say(where, "this stack has not been told", line)


def check_leaks(p, where, line):
    m = re.match(r"leaks: (\d+) bytes in (\d+) blocks?.*; "
                 r"(\d+) allocations?, (\d+) frees?", line)
    if m:
        size, blocks, made, freed = map(int, m.groups())
        if blocks != made - freed:
            say(where, "blocks are not allocations - frees", line)
        p.leaks = [size, blocks]
    m = re.match(r"leak \d+: (\d+) bytes in (\d+) block", line)
    if m and p.leaks:
        p.leaks[0] -= int(m.group(1))
        p.leaks[1] -= int(m.group(2))
        if min(p.leaks) < 0:
            say(where, "more in the groups than in all", line)


def check_line(p, where, line):
    kind = re.match(r"#|[a-zA-Z]*", line.strip(" ")).group(0) or "frame"
    counts[kind] = counts.get(kind, 0) + 1
    if line.startswith("gc "):
        check_gc(p, where, line)
    elif line.startswith("SCHED "):
        check_sched(p, where, line)
    elif line.startswith("POOL "):
        check_pool(where, line)
    elif line.startswith("  T"):
        check_thread(p, line)
    elif line.startswith("#"):
        check_memstats(p, where, line)
    elif line.startswith(("stack ", "tracea", "tracef")):
        check_stack(p, where, line)
    elif line.startswith("leak"):
        check_leaks(p, where, line)


def check_file(path, formats, needs):
    processes, n = {}, 0
    with open(path, encoding="utf-8", errors="replace") as f:
        for n, line in enumerate(f, 1):
            where = "%s:%d" % (os.path.basename(path), n)
            if not line.endswith("\n"):
                say(where, "torn: no newline", line)
            line = line[:-1]
            m = PREFIX.match(line)
            p = processes.setdefault(m and m.group(1), Process())
            line = line[m.end():] if m else line
            if line == "" and p.in_block:
                p.in_block = False
                continue
            fit = next((x for x in formats if x.fullmatch(line)), None)
            if fit is None:
                say(where, "matches no format", line)
                continue
            formats.remove(fit)
            formats.insert(0, fit)
            p.in_block = not line.startswith("#")
            for need in [x for x in needs if x.search(line)]:
                needs.remove(need)
            check_line(p, where, line)
    return n


def main():
    global churn, namespaces
    parser = argparse.ArgumentParser()
    parser.add_argument("--need", action="append", default=[])
    parser.add_argument("--min-lines", type=int, default=0)
    parser.add_argument("--churn", action="store_true")
    parser.add_argument("--namespaces", action="store_true")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    churn, namespaces = args.churn, args.namespaces
    formats = load_formats(os.environ["DIAG_FORMATS"])
    needs = [re.compile(x) for x in args.need]
    lines = sum(check_file(f, formats, needs) for f in args.files)
    for need in needs:
        say("log", "no line matches", need.pattern)
    if lines < args.min_lines:
        say("log", "only %d lines" % lines)
    print("\n".join(said[:10]))
    if len(said) > 10:
        print("... and %d more complaints" % (len(said) - 10))
    print("check_log: %d lines: %s" % (lines, " ".join(
        "%s=%d" % kind for kind in sorted(counts.items()))))
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
