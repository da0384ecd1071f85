"""run - make bench: one table, both sides of every row in the same run.

	run.py --bin DIR --lib libdiag.so --cc CC [ROW...]

A row is a pair of commands, A (with us) and B (the peer), which run by turns
A B B A A B ...; what is shown is the median of the pairs' ratios and, in
brackets, its quartiles, so that a slow neighbour hits both sides.  Absolute
numbers depend on the machine and are not shown.  BENCH_QUICK=1: fewer pairs.
Targets are in the file "targets" beside this one.  The status is 0 when all
that could be measured was: what misses its target is named below the table.
"""
import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

QUICK = os.environ.get("BENCH_QUICK") == "1"
JEMALLOC = "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2"
METHOD = """\
Method: each row runs both sides by turns (A B, B A, ...) in this run; the
ratio is the median over the pairs, the quartiles are in brackets.  Times of
malloc+free are those of the quieter of many slices of some 50 us (bench/pairs),
start-up is wall time.  Programs and servers come in groups of pairs, servers
anew in each group (where a process happens to lie in memory is worth 1 %), and
a group's ratio is that of the quieter half of its runs on either side, by CPU
time; throughput is shown by the clock, too, but on a machine with other work
only the CPU's tells.  A target is the project's own (bench/targets); "-" has
none.  Rows beside themselves (jemalloc / jemalloc, unset / unset) tell how far
apart two equal sides come out here: a miss by less than that is not one.  Rows
that need what is not installed say so.
"""
PYTHON_WORK = """
import json, re
d = [{'k%d' % j: 'v' * (j % 40) for j in range(40)} for i in range(120)]
for i in range(6):
    s = json.dumps(d); d = json.loads(s)
    x = [m.group(0) for m in re.finditer(r'k\\d+', s)]
    y = {w: [w] * 3 for w in x}
"""
SQL_WORK = """
create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i+1 from n where i<40000)
insert into t select i, hex(i*7919%10007) from n;
select count(*) from (select b, group_concat(a) from t group by b);
select sum(length(replace(b, '3', 'xyz'))) from t;
"""
rows = []


class Unavailable(Exception):
    pass


class Bench:
    def __init__(self, args):
        self.bin, self.lib = args.bin, args.lib
        self.tmp = tempfile.TemporaryDirectory(prefix="diag-bench.")
        self.dir = self.tmp.name
        self.source = os.path.dirname(os.path.abspath(__file__))

    def env(self, preload=None, diag=None, **more):
        e = {k: v for k, v in os.environ.items()
             if k not in ("DIAG", "LD_PRELOAD", "MALLOC_CONF", "GODEBUG")}
        if preload:
            e["LD_PRELOAD"] = preload
        if diag:
            e["DIAG"] = diag
        e.update(more)
        return e

    def out(self, command, env, **how):
        return subprocess.run(command, env=env, check=True, text=True,
                              stdout=subprocess.PIPE, **how).stdout

    def tool(self, name):
        return os.path.join(self.bin, "bench", name)


def installed(path):
    return os.path.exists(path) if "/" in path else any(
        os.path.exists(os.path.join(d, path))
        for d in os.environ["PATH"].split(":"))


def need(*paths):
    for p in paths:
        if not installed(p):
            raise Unavailable("%s is not installed" % p)


def field(text, name):
    return float(re.search(r"\b%s (\d+)" % name, text).group(1))


def by_turns(pairs, a, b):
    """Runs a and b by turns; the list of (a's, b's)."""
    got = []
    for n in range(pairs):
        if n % 2 == 0:
            x = a()
            y = b()
        else:
            y = b()
            x = a()
        got.append((x, y))
    return got


GROUPS, EACH = (3, 4) if QUICK else (11, 8)


def quiet(values):
    """The mean of the smaller half: what disturbs a run only adds to it."""
    values = sorted(values)
    return statistics.mean(values[:max(1, len(values) // 2)])


def in_turn(runs, n):
    """Calls each of runs once, in an order that n decides; their answers."""
    got = {}
    for i in range(len(runs)) if n % 2 == 0 else reversed(range(len(runs))):
        got[i] = runs[i]()
    return [got[i] for i in range(len(runs))]


def targets():
    """{label: (sign, number)}, of lines "SIGN NUMBER LABEL"."""
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "targets"), encoding="utf-8") as f:
        parts = [line.split(None, 2) for line in f
                 if line.strip() and line[0] != "#"]
    return {label.strip(): (sign, float(n)) for sign, n, label in parts}


def show(label, values, form="%.3f", own=None):
    """Adds a row; values are one number a pair.  A folder's own program says
    its target itself."""
    sign, target = targets().get(label, own or ("", None))
    values = sorted(values)
    mid = statistics.median(values)
    low, high = values[len(values) // 4], values[-1 - len(values) // 4]
    verdict = "-"
    if target is not None:
        good = mid <= target if sign == "<=" else mid >= target
        verdict = "met" if good else "MISSED"
    rows.append((label, form % mid, "[%s, %s]" % (form % low, form % high),
                 "-" if target is None else sign + " " + form % target,
                 verdict))
    print("  %s: %s" % (label, form % mid), file=sys.stderr)


def ratios(pairs):
    return [x / y for x, y in pairs]


# (a) DIAG unset beside a plain preload of libjemalloc.so.2

def row_pairs(b):
    need(JEMALLOC)
    n = "300000" if QUICK else "600000"

    def compare(label, threads, live, this, that):
        def run(env):
            return field(b.out([b.tool("pairs"), str(threads), n, "0",
                                str(live)], env), "quiet")
        show("%s: malloc+free, %d thread%s, %d live"
             % (label, threads, "s" * (threads > 1), live),
             ratios(by_turns(31 if QUICK else 101, lambda: run(this),
                             lambda: run(that))))
    unset, other = b.env(b.lib), b.env(JEMALLOC)
    for threads in (1, 2):
        for live in (32, 8192):
            compare("DIAG unset / jemalloc", threads, live, unset, other)
    compare("jemalloc / jemalloc", 1, 32, other, other)
    # What counting costs, and what it costs that more can be turned on.
    for diag in ("gctrace=1", "control=1"):
        counted = b.env(b.lib, diag + ",log=/dev/null")
        compare(diag + " / unset", 1, 32, counted, unset)


def cpu_of(command, env, feed=None):
    """CPU seconds of the command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=env, check=True, input=feed, text=True,
                   stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row_programs(b):
    need(JEMALLOC)
    python = "/usr/bin/python3"
    for name, command, feed in (
            ("python3", [python, "-I", "-S", "-c", PYTHON_WORK], None),
            ("sqlite3", ["sqlite3", ":memory:"], SQL_WORK),
            ("gcc -O2", ["gcc", "-O2", "-c", "-o", "/dev/null",
                         os.path.join(b.source, "pairs.c")], None),
            ("cmake (C++)", ["cmake", "--help-full"], None)):
        if not installed(command[0]):
            continue
        sides = [lambda lib=lib: cpu_of(command, b.env(
            lib, PYTHONHASHSEED="0"), feed) for lib in (b.lib, JEMALLOC)]
        got = []
        for _ in range(GROUPS):
            runs = [in_turn(sides, n) for n in range(EACH)]
            got.append(quiet([r[0] for r in runs]) /
                       quiet([r[1] for r in runs]))
        show("DIAG unset / jemalloc: %s" % name, got)


def wall_ms(command, env, times):
    start = time.monotonic()
    for _ in range(times):
        pid = os.posix_spawn(command[0], command, env)
        os.waitpid(pid, 0)
    return (time.monotonic() - start) * 1e3 / times


def row_startup(b):
    need(JEMALLOC)
    got = by_turns(11 if QUICK else 31,
                   lambda: wall_ms(["/bin/true"], b.env(b.lib), 10),
                   lambda: wall_ms(["/bin/true"], b.env(JEMALLOC), 10))
    show("DIAG unset - jemalloc: start of /bin/true, ms more",
         [x - y for x, y in got])


# (b) gctrace=1,schedtrace=1000 beside DIAG unset

LINES = "gctrace=1,schedtrace=1000"


class Server:
    def __init__(self, b, command, sock, diag):
        self.socket = sock
        self.process = subprocess.Popen(
            command, env=b.env(b.lib, diag), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for _ in range(200):
            if os.path.exists(sock):
                return
            time.sleep(0.05)
        self.stop()
        raise Unavailable("the server did not start")

    def cpu_ns(self):
        """CPU time of all threads so far, our own included."""
        total = 0
        tasks = "/proc/%d/task" % self.process.pid
        for tid in os.listdir(tasks):
            with open("%s/%s/schedstat" % (tasks, tid)) as f:
                total += int(f.read().split()[0])
        return total

    def stop(self):
        self.process.terminate()
        self.process.wait()


SIDES = (LINES, None, None)


def measured(server, load):
    """What one load took: seconds by the clock, and of the server's CPU."""
    before, start = server.cpu_ns(), time.monotonic()
    load(server)
    return time.monotonic() - start, (server.cpu_ns() - before) / 1e9


def one_group(b, make, load, number):
    """New servers, all alive throughout; the quiet times of each side."""
    servers = []
    try:
        for n in range(len(SIDES)) if number % 2 else reversed(
                range(len(SIDES))):
            sock = "%s/s%d" % (b.dir, n)
            log = SIDES[n] and SIDES[n] + ",log=%s/%%n.%%p" % b.dir
            servers.append((n, Server(b, make(sock), sock, log)))
        runs = [lambda s=s: measured(s, load) for _, s in sorted(
            servers, key=lambda pair: pair[0])]
        in_turn(runs, 0)
        got = [in_turn(runs, n) for n in range(EACH)]
    finally:
        for _, s in servers:
            s.stop()
            os.unlink(s.socket) if os.path.exists(s.socket) else None
    return [[quiet([run[side][what] for run in got]) for what in (0, 1)]
            for side in range(len(SIDES))]


def two_servers(b, label, make, load):
    groups = [one_group(b, make, load, n) for n in range(GROUPS)]
    for what, by in ((0, "by the clock"), (1, "by server CPU")):
        show("gctrace+schedtrace / unset: %s, %s" % (label, by),
             [g[1][what] / g[0][what] for g in groups])
        show("unset / unset: %s, %s" % (label, by),
             [g[1][what] / g[2][what] for g in groups])


def row_redis(b):
    need("redis-server", "redis-benchmark")

    def load(server):
        b.out(["redis-benchmark", "-s", server.socket, "-n", "20000", "-c",
               "20", "-P", "8", "-r", "10000", "-t", "set,get", "-q"], b.env())
    two_servers(b, "redis throughput",
                lambda s: ["redis-server", "--port", "0", "--save", "",
                           "--unixsocket", s, "--dir", b.dir], load)


def row_memcached(b):
    need("memcached")
    user = ["-u", "root"] if os.getuid() == 0 else []

    def load(server):
        b.out([b.tool("mcload"), server.socket, "8", "300"], b.env())
    two_servers(b, "memcached throughput",
                lambda s: ["memcached", "-t", "2", "-s", s] + user, load)


# (c) allocfreetrace beside Go 1.19's

def count_events(path):
    events = 0
    with open(path, "rb") as f:
        rest = b"\n"
        while True:
            block = f.read(1 << 22)
            if not block:
                return events
            block = rest + block
            events += block.count(b"\ntracealloc(")
            events += block.count(b"\ntracefree(")
            rest = block[block.rfind(b"\n"):]
            if len(rest) > 1 << 20:
                rest = b""


def events_a_second(b, command, env, log, to_stderr):
    with open(log if to_stderr else os.devnull, "wb") as err:
        text = b.out(command, env, stderr=err)
    rate = count_events(log) * 1e9 / field(text, "wall")
    os.unlink(log)
    return rate


def row_alloctrace(b):
    need("go")
    go = os.path.join(b.dir, "pairs-go")
    subprocess.run(["go", "build", "-o", go,
                    os.path.join(b.source, "pairs.go")], check=True,
                   env=b.env(GOCACHE=b.dir + "/cache", GOFLAGS="-mod=mod",
                             HOME=b.dir))
    log = os.path.join(b.dir, "events")
    pairs = "20000" if QUICK else "60000"
    for level in (1, 2):
        def ours():
            return events_a_second(
                b, [b.tool("pairs"), "1", pairs, "10"],
                b.env(b.lib, "allocfreetrace=%d,leaks=0,log=%s" % (
                    level, log)), log, False)

        def theirs():
            return events_a_second(b, [go, "2000"], b.env(
                GODEBUG="allocfreetrace=1"), log, True)
        show("allocfreetrace=%d / Go 1.19's: events a second" % level,
             ratios(by_turns(5 if QUICK else 9, ours, theirs)), "%.0f")


# (d) schedtrace with many threads

def row_crowd(b):
    seconds = "5" if QUICK else "10"
    log = os.path.join(b.dir, "crowd.log")

    def share(diag):
        text = b.out([b.tool("crowd"), "10000", seconds], b.env(b.lib, diag))
        if field(text, "threads") < 10000:
            raise Unavailable("10,000 threads are not allowed here")
        return 100 * field(text, "cpu") / field(text, "wall")
    got = []
    for _ in range(1 if QUICK else 3):
        got.append(share("schedtrace=1000,log=" + log))
        with open(log, encoding="utf-8") as f:
            if "SCHED" not in f.read():
                raise Unavailable("schedtrace printed nothing")
        os.unlink(log)
    show("schedtrace at 1 Hz, 10,000 threads: % of one CPU", got, "%.2f")


def row_others(b, programs):
    """Programs of the folders themselves: lines "row<TAB>label<TAB>ratio
    <TAB>sign<TAB>target"; everything else they print goes to stderr."""
    for program in programs:
        text = b.out([os.path.join(b.bin, program)], b.env())
        for line in text.split("\n"):
            part = line.split("\t")
            if part[0] == "row" and len(part) == 5:
                show(part[1], [float(part[2])], own=None
                     if part[4] == "-" else (part[3], float(part[4])))
            elif line:
                print("  " + line, file=sys.stderr)


ROWS = {"pairs": row_pairs, "programs": row_programs, "startup": row_startup,
        "redis": row_redis, "memcached": row_memcached,
        "alloctrace": row_alloctrace, "crowd": row_crowd}


def table():
    head = ("row (A / B)", "median", "quartiles", "target", "verdict")
    wide = [max(len(r[i]) for r in rows + [head]) for i in range(5)]
    for r in [head, tuple("-" * w for w in wide)] + rows:
        print("  ".join(c.ljust(w) for c, w in zip(r, wide)).rstrip())
    missed = [r for r in rows if r[4] == "MISSED"]
    print("\n%d target%s met, %d missed" % (
        n_met := sum(r[4] == "met" for r in rows), "s" * (n_met != 1),
        len(missed)))
    for r in missed:
        print("MISSED: %s: %s %s, wanted %s" % (r[0], r[1], r[2], r[3]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--lib", required=True)
    parser.add_argument("--also", default="")
    parser.add_argument("rows", nargs="*")
    args = parser.parse_args()
    b = Bench(args)
    failed = False
    print(METHOD)
    for name, row in ROWS.items():
        if args.rows and name not in args.rows:
            continue
        try:
            row(b)
        except Unavailable as why:
            rows.append((name, "-", "-", "-", "not run: %s" % why))
        except (OSError, subprocess.CalledProcessError) as why:
            failed = True
            rows.append((name, "-", "-", "-", "failed: %s" % why))
    if not args.rows:
        row_others(b, args.also.split())
    table()
    sys.exit(failed)


if __name__ == "__main__":
    main()
