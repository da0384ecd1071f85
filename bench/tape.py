#!/usr/bin/python3
"""tape - what recording costs beside heaptrack, and leaks= beside LSan.

	tape.py [ROW...]	deep leaks programs node

Run by run.py in the build folder; prints "row<TAB>label<TAB>value<TAB>sign
<TAB>target" lines, and anything else for people.  All sides of a row run by
turns; what a recorder adds is the time with it less the time without, per
malloc/free pair, and the row is the median of the turns' quotients.  On one
thread that is CPU time; on two it is the slower one's wall time, as a lock
that is waited for costs no CPU.
"""
import glob
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

QUICK = os.environ.get("BENCH_QUICK") == "1"
LIB = os.path.abspath(".libs/libdiag.so")
DEEP = os.path.abspath("bench/deep")
JEMALLOC = "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2"
SOURCE = os.path.dirname(os.path.abspath(__file__))
TURNS = 5 if QUICK else 15
PAIRS = 300000 if QUICK else 1000000
PYTHON_WORK = """
import json, re
d = [{'k%d' % j: 'v' * (j % 40) for j in range(40)} for i in range(120)]
for i in range(20):
    s = json.dumps(d); d = json.loads(s)
    x = [m.group(0) for m in re.finditer(r'k\\d+', s)]
    y = {w: [w] * 3 for w in x}
"""
NODE_WORK = """
const kept = [];
for (let i = 0; i < 3000; i++) {
	kept.push(Buffer.from('x'.repeat(i % 500 + 100)));
	kept.push(JSON.parse(JSON.stringify({ a: i, b: [1, 2, 3] })));
}
"""
# One of the functions of a large C file.
C_FUNCTION = """
static int f%(n)d(struct s *p, int n)
{
	int sum = %(n)d;
	struct s q = *p;

	for (int k = 0; k < n; k++) {
		switch ((k + %(n)d) %% 5) {
		case 0: sum += p->a * k; break;
		case 1: sum ^= q.b << (k & 7); break;
		case 2: p->d[k & 3] += sum * %(n)d.5; break;
		case 3: if (p->next) p = p->next; break;
		default: sum -= out("%%d %(n)d", k);
		}
		while (q.a > k) {
			q.a -= %(step)d;
			q.d[1] *= 1.5;
		}
	}
	return sum + (int)q.d[1] + f%(before)d(p, n - 1);
}
"""
tmp = tempfile.TemporaryDirectory(prefix="diag-bench.")


def row(label, value, sign="<=", target="-"):
    print("row\t%s\t%.3f\t%s\t%s" % (label, value, sign, target), flush=True)


def skip(what, why):
    print("%s: not run: %s" % (what, why), flush=True)


def env(preload=None, diag=None):
    e = {k: v for k, v in os.environ.items()
         if k not in ("DIAG", "LD_PRELOAD", "MALLOC_CONF")}
    e.update(PYTHONMALLOC="malloc", PYTHONHASHSEED="0")
    if preload:
        e["LD_PRELOAD"] = preload
    if diag:
        e["DIAG"] = diag
    return e


def clean():
    for f in glob.glob(tmp.name + "/rec*"):
        os.unlink(f)


def heaptrack(command):
    return ["heaptrack", "-r", "-o", tmp.name + "/rec"] + command


def pair_ns(command, e, clock, sizes=None):
    """Nanoseconds per pair and thread."""
    text = subprocess.run(command, env=e, check=True, text=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout
    if sizes is not None:
        files = glob.glob(tmp.name + "/rec*")
        sizes.append(sum(os.path.getsize(f) for f in files))
        if not files[0].endswith(".zst"):
            packed = subprocess.run(["zstd", "-1", "-q", "-c", files[0]],
                                    check=True, stdout=subprocess.PIPE).stdout
            sizes.append(len(packed))
    clean()
    return float(re.search(clock + r" (\d+)", text).group(1))


def row_deep():
    """The tape beside heaptrack."""
    tape = "tape=%s/rec.tape" % tmp.name
    for threads, target in ((1, 0.2), (2, 0.125)):
        clock = "cpu" if threads == 1 else "wall"
        for shape in ("same", "second"):
            run = [DEEP, str(threads), str(PAIRS), shape]
            got, ours, theirs = [], [], []
            for _ in range(TURNS):
                a = pair_ns(run, env(LIB), clock)
                b = pair_ns(run, env(LIB, tape), clock, ours)
                c = pair_ns(run, env(), clock)
                d = pair_ns(heaptrack(run), env(), clock, theirs)
                got.append(((b - a) / PAIRS, (d - c) / PAIRS))
            print("deep %d %s: tape adds %.0f ns a pair, heaptrack %.0f" % (
                threads, shape, statistics.median(x for x, _ in got),
                statistics.median(y for _, y in got)))
            name = "%d thread%s, %s stack" % (
                threads, "s" * (threads > 1),
                "same" if shape == "same" else "from the 2nd frame")
            row("tape / heaptrack -r: added time, " + name,
                statistics.median(x / y for x, y in got), "<=", target)
            if threads == 1:
                row("tape / heaptrack's file: bytes, %s" % name,
                    ours[0] / theirs[0], "<=", 2)
                row("tape, zstd -1 / heaptrack's file: bytes, %s" % name,
                    ours[1] / theirs[0], "<=", 1)


def row_leaks():
    """leaks= beside LeakSanitizer, whose fast unwinder needs frame
    pointers: the program is built with them for both of its runs."""
    built = []
    for name, flag in (("plain", []), ("lsan", ["-fsanitize=leak"])):
        built.append(os.path.join(tmp.name, name))
        subprocess.run(["gcc", "-O2", "-fno-omit-frame-pointer", "-pthread"] +
                       flag + [os.path.join(SOURCE, "deep.c"), "-o",
                               built[-1]], check=True)
    for shape in ("same", "second"):
        args = ["1", str(PAIRS), shape]
        got = []
        for _ in range(TURNS):
            a = pair_ns([DEEP] + args, env(LIB), "cpu")
            b = pair_ns([DEEP] + args, env(LIB, "leaks=20,log=/dev/null"),
                        "cpu")
            c = pair_ns([built[0]] + args, env(), "cpu")
            d = pair_ns([built[1]] + args, env(), "cpu")
            got.append(((b - a) / PAIRS, (d - c) / PAIRS))
        print("leaks %s: leaks= adds %.0f ns a pair, LeakSanitizer %.0f" % (
            shape, statistics.median(x for x, _ in got),
            statistics.median(y for _, y in got)))
        row("leaks= / LeakSanitizer: added time, %s stack" % (
            "same" if shape == "same" else "from the 2nd frame"),
            statistics.median(x / y for x, y in got), "<=", 1.5)


def cpu_of(command, e):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=e, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    clean()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def slowdown(name, command, target):
    tape = "tape=%s/rec.tape" % tmp.name
    got = []
    for _ in range(max(5, TURNS // 2)):
        base = cpu_of(command, env(JEMALLOC))
        got.append((cpu_of(command, env(LIB, tape)) / base,
                    cpu_of(heaptrack(command), env()) / base))
    row("tape / jemalloc: %s" % name, statistics.median(x for x, _ in got),
        "<=", target)
    row("  heaptrack -r / jemalloc: %s" % name,
        statistics.median(y for _, y in got))


def c_file():
    path = os.path.join(tmp.name, "large.i")
    with open(path, "w", encoding="ascii") as f:
        f.write("struct s { int a, b; struct s *next; double d[4]; };\n"
                "int out(const char *, ...);\n"
                "static int f0(struct s *p, int n) { return p->a + n; }\n")
        for n in range(1, 150 if QUICK else 400):
            f.write(C_FUNCTION % {"n": n, "step": n % 7 + 1, "before": n - 1})
        f.write("int all(struct s *p) { return f%d(p, 9); }\n" % n)
    return path


def row_programs():
    slowdown("python3, PYTHONMALLOC=malloc, JSON",
             ["/usr/bin/python3", "-s", "-S", "-c", PYTHON_WORK], 1.5)
    cc1 = subprocess.run(["gcc", "-print-prog-name=cc1"], check=True,
                         text=True, stdout=subprocess.PIPE).stdout.strip()
    slowdown("gcc's cc1 -O2", [cc1, "-quiet", "-fpreprocessed", "-O2",
                               c_file(), "-o", "/dev/null"], 1.5)


def row_node():
    node = shutil.which("node")
    if node is None:
        skip("node", "node is not installed")
        return
    slowdown("node", [os.path.realpath(node), "-e", NODE_WORK], "-")


ROWS = {"deep": row_deep, "leaks": row_leaks, "programs": row_programs,
        "node": row_node}


def main():
    if shutil.which("heaptrack") is None or shutil.which("zstd") is None:
        skip("tape", "heaptrack or zstd is not installed")
        return
    for name, run in ROWS.items():
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            run()


main()
