#!/usr/bin/python3
"""tool - what the command costs: tapes read, leaks found.

Run by run.py in the build folder; prints "row<TAB>label<TAB>value<TAB>sign
<TAB>target" lines, and anything else for people.  Tapes are recorded by the
library itself: one of threads that allocate in circles, one of python3 with
some ten thousand live blocks.  Its events are many, so that it is not the
command's start that is measured; python3 -I would not use malloc for most.
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

QUICK = os.environ.get("BENCH_QUICK") == "1"
LIB = os.path.abspath(".libs/libdiag.so")
DIAG = os.path.abspath("diag")
HOSTS = os.path.abspath("tests/hosts")
PYTHON_WORK = """
import json, re
d = [{'k%d' % j: 'v' * (j % 40) for j in range(40)} for i in range(120)]
for i in range(100):
    s = json.dumps(d); d = json.loads(s)
    x = [m.group(0) for m in re.finditer(r'k\\d+', s)]
    y = {w: [w] * 3 for w in x}
"""


def row(label, value, sign, target):
    print("row\t%s\t%.3f\t%s\t%s" % (label, value, sign, target), flush=True)


def record(tape, command):
    env = dict(os.environ, LD_PRELOAD=LIB, DIAG="tape=%s,leaks=0" % tape,
               PYTHONMALLOC="malloc", PYTHONHASHSEED="0")
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)


def read(tape):
    """Events, CPU seconds and the largest resident size of one report.  A
    child's peak is only known as the largest of all: a child of its own."""
    pid_script = (
        "import resource, subprocess, sys\n"
        "out = subprocess.run(sys.argv[1:], check=True, text=True,"
        " stdout=subprocess.PIPE).stdout\n"
        "r = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "n = sum(int(l.split()[1].rstrip(',')) for l in out.split('\\n')"
        " if l.startswith(('allocations: ', 'frees: ')))\n"
        "print(n, r.ru_utime + r.ru_stime, r.ru_maxrss)\n")
    out = subprocess.run([sys.executable, "-I", "-c", pid_script, DIAG,
                          "report", "--no-source", tape], check=True,
                         text=True, stdout=subprocess.PIPE).stdout
    events, cpu, kib = out.split()
    return int(events), float(cpu), int(kib)


def tapes(folder):
    python = "/usr/bin/python3"
    n = 2000000 if QUICK else 25000000
    large, small = os.path.join(folder, "large"), os.path.join(folder, "py")
    record(large, [os.path.join(HOSTS, "tape_churn"), "2", str(n)])
    events, cpu, kib = read(large)
    row("diag report: million events a CPU second, 2 threads in circles",
        events / cpu / 1e6, ">=", "10")
    row("diag report: GiB resident, a tape of %.0f million events"
        % (events / 1e6), kib / 1024.0 ** 2, "<=", "2")
    os.unlink(large)
    record(small, [python, "-s", "-S", "-c", PYTHON_WORK])
    got = [read(small) for _ in range(5)]
    row("diag report: million events a CPU second, python3",
        statistics.median(e / c / 1e6 for e, c, _ in got), ">=", "10")
    os.unlink(small)


def seconds(command, status):
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != status:
        sys.exit("%s: status %d\n%s" % (command[0], done.returncode,
                                        done.stderr))
    return time.monotonic() - start, done.stderr


def hunt():
    """The time from nothing to the list of leaks, ours beside valgrind's."""
    host = [os.path.join(HOSTS, "leak_noise"), "100000" if QUICK
            else "400000"]
    ours, theirs, plain = [], [], []
    for _ in range(3):
        plain.append(seconds(host, 0)[0])
        taken, text = seconds([DIAG, "run", "--leaks", "--"] + host, 1)
        assert "leaks: 8638 bytes in 7 blocks" in text, text
        ours.append(taken)
        if shutil.which("valgrind"):
            taken, text = seconds(["valgrind", "--leak-check=full",
                                   "--error-exitcode=1"] + host, 1)
            assert "definitely lost: 8,638 bytes in 7 blocks" in text, text
            theirs.append(taken)
    print("leak hunt: plain %.2f s, diag run --leaks %.2f s, valgrind %s"
          % (statistics.median(plain), statistics.median(ours),
             "%.2f s" % statistics.median(theirs) if theirs
             else "is not installed"), flush=True)
    if theirs:
        row("diag run --leaks / valgrind --leak-check=full: time",
            statistics.median(a / b for a, b in zip(ours, theirs)), "<=",
            "0.2")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(prefix="diag-bench.") as f:
        tapes(f)
    hunt()
