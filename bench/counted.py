#!/usr/bin/python3
"""counted - how many instructions programs take with us, and without.

Run by run.py in the build folder; prints "row<TAB>label<TAB>value<TAB>sign
<TAB>target" lines, and anything else for people.  Valgrind counts; what it
counts is outside of the kernel, and no other work on the machine changes it.
A row is the quotient of the two sides' counts; of a server, of the counts that
40,000 requests of each kind have more than 10,000.
"""
import os
import re
import shutil
import subprocess
import tempfile
import time

LIB = os.path.abspath(".libs/libdiag.so")
JEMALLOC = "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2"
LINES = "gctrace=1,schedtrace=1000"
PYTHON_WORK = """
import json, re
d = [{'k%d' % j: 'v' * (j % 40) for j in range(40)} for i in range(120)]
for i in range(6):
    s = json.dumps(d); d = json.loads(s)
    x = [m.group(0) for m in re.finditer(r'k\\d+', s)]
"""
SQL_WORK = """
create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i+1 from n where i<40000)
insert into t select i, hex(i*7919%10007) from n;
select count(*) from (select b, group_concat(a) from t group by b);
"""
tmp = tempfile.TemporaryDirectory(prefix="diag-bench.")


def env(preload=None, diag=None):
    e = {k: v for k, v in os.environ.items()
         if k not in ("DIAG", "LD_PRELOAD", "MALLOC_CONF")}
    e.update(PYTHONHASHSEED="0")
    if preload:
        e["LD_PRELOAD"] = preload
    if diag:
        e["DIAG"] = diag + ",log=/dev/null"
    return e


def count(command, e, feed=None, load=None):
    """Instructions of the command; load is called while it runs, and ends
    it."""
    counts = os.path.join(tmp.name, "counts")
    with subprocess.Popen(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + counts,
             *command], env=e, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as p:
        if load is not None:
            load()
        p.communicate(feed)
    with open(counts, encoding="utf-8") as f:
        return int(re.search(r"^totals: (\d+)", f.read(), re.M).group(1))


def count_requests(diag):
    """Instructions of redis-server for 30,000 requests of each kind."""
    sock = os.path.join(tmp.name, "socket")

    def run(requests):
        def load():
            for _ in range(300):
                if os.path.exists(sock):
                    break
                time.sleep(0.1)
            subprocess.run(
                ["redis-benchmark", "-s", sock, "-n", str(requests), "-c",
                 "20", "-P", "8", "-r", "10000", "-t", "set,get", "-q"],
                env=env(), stdout=subprocess.DEVNULL, check=True)
            subprocess.run(["redis-cli", "-s", sock, "shutdown", "nosave"],
                           env=env(), stdout=subprocess.DEVNULL, check=False)
        return count(["redis-server", "--port", "0", "--save", "",
                      "--unixsocket", sock, "--dir", tmp.name],
                     env(LIB, diag), load=load)
    few = run(10000)
    return run(40000) - few


def row(label, ours, theirs):
    print("row\t%s\t%.3f\t-\t-" % (label, ours / theirs), flush=True)


def main():
    if shutil.which("valgrind") is None or not os.path.exists(JEMALLOC):
        print("counted: not run: valgrind or libjemalloc.so.2 is not installed")
        return
    for name, command, feed in (
            ("python3", ["/usr/bin/python3", "-I", "-S", "-c", PYTHON_WORK],
             None), ("sqlite3", ["sqlite3", ":memory:"], SQL_WORK)):
        if shutil.which(command[0]):
            row("instructions, DIAG unset / jemalloc: " + name,
                count(command, env(LIB), feed),
                count(command, env(JEMALLOC), feed))
    if shutil.which("redis-benchmark") and shutil.which("redis-server"):
        row("instructions, gctrace+schedtrace / unset: redis",
            count_requests(LINES), count_requests(None))


main()
