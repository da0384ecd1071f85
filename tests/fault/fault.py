"""fault - every n-th call of libdiag's fails, one at a time.

	fault.py [--first N] [--every N] [--kinds A,B] [--modes A,B]

For each mode and each kind of call (tests/fault/inject.c), first counts the
calls of that kind in a small run, then repeats the run once for each of them,
with that one made to fail.  The host's output, status and descriptors are the
same every time; what it says on stderr, or in the log, are whole lines of
ours; each notice is there at most once for each process.  --every N looks at
each N-th only, after the --first N.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

BUILD = os.environ["top_builddir"]
sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests/servers"))
import check_log                                        # noqa: E402

TRACES = "gctrace=2,schedtrace=20,scheddetail=1,memstats=exit"
MODES = {
    "text": TRACES + ",allocfreetrace=2,leaks=3",
    "log": TRACES + ",allocfreetrace=1,log=%s/log.%%p",
    "tape": TRACES + ",leaks=3,tape=%s/tape.%%p,prefix=1",
}
KINDS = ("mmap memory open read stat write short again file clone thread "
         "stack clock").split()
FORMATS = check_log.load_formats(os.environ["DIAG_FORMATS"])
PREFIX = re.compile(r"(diag\[\d+\] )?")


def is_record(line):
    bare = line[len(PREFIX.match(line).group(0)):]
    return not bare or any(f.fullmatch(bare) for f in FORMATS)


def join_halves(lines):
    """The lines without what diag(7), LIMITS, allows: the kernel took half of
    one record on a standard error that a child writes to as well, and the
    child's lines came before the other half."""
    for i, line in enumerate(lines):
        if is_record(line):
            continue
        for cut in range(1, len(line)):
            if not is_record(line[cut:]):
                continue
            for k in range(i + 1, min(i + 8, len(lines))):
                if is_record(line[:cut] + lines[k]):
                    return lines[:i] + [line[cut:]] + lines[i + 1:k] + \
                        [line[:cut] + lines[k]] + lines[k + 1:]
    return lines


class Run:
    """One run of the host; what is wrong with it is in self.said."""

    def __init__(self, mode, kind, nth, plain):
        self.said = []
        self.kind = kind
        with tempfile.TemporaryDirectory(prefix="diag-fault.") as folder:
            diag = MODES[mode].replace("%s", folder).replace("%%", "%")
            self.go(folder, dict(os.environ, DIAG=diag), kind, nth)
            self.look(folder, plain)

    def go(self, folder, env, kind, nth):
        env.pop("LD_PRELOAD", None)
        report = os.path.join(folder, "report")
        command = [BUILD + "/tests/fault/inject", kind, str(nth), report,
                   "--", BUILD + "/tests/fault/fault_host"]
        with open(os.path.join(folder, "err"), "w+b") as err:
            try:
                r = subprocess.run(command, env=env, stderr=err, timeout=60,
                                   stdout=subprocess.PIPE, check=False,
                                   stdin=subprocess.DEVNULL)
                self.status, self.out = r.returncode, r.stdout
                with open(report, encoding="ascii") as f:
                    self.count, self.failed = map(int, f.read().split())
            except subprocess.TimeoutExpired:
                self.status, self.out = "no end", b""
                self.count, self.failed = 0, 1

    def look(self, folder, plain):
        if (self.status, self.out) != plain:
            self.said.append("status %s, output %r" % (self.status, self.out))
        for name in os.listdir(folder):
            if name == "err" or name.startswith("log."):
                with open(os.path.join(folder, name), "rb") as f:
                    self.look_text(name, f.read().decode("utf-8", "replace"))

    def look_text(self, name, text):
        if text and not text.endswith("\n"):
            self.said.append("%s: torn: %r" % (name, text[-60:]))
        seen = set()
        lines = text.split("\n")[:-1]
        if self.kind == "short" and name == "err":
            lines = join_halves(lines)
        for line in lines:
            who = PREFIX.match(line).group(0)
            bare = line[len(who):]
            if bare.startswith("diag: "):
                # The same cause, whatever the numbers are.
                cause = who + re.sub(r"\d+", "N", bare)
                if cause in seen and "lost" not in line and \
                        "not traced" not in line:
                    self.said.append("%s: twice: %s" % (name, line))
                seen.add(cause)
            if not is_record(line):
                self.said.append("%s: no format: %r" % (name, line[:300]))


def plain_run():
    env = {k: v for k, v in os.environ.items()
           if k not in ("DIAG", "LD_PRELOAD")}
    r = subprocess.run([BUILD + "/tests/fault/fault_host"], env=env,
                       check=False, stdout=subprocess.PIPE,
                       stdin=subprocess.DEVNULL)
    return r.returncode, r.stdout


def places(count, first, every):
    return [n for n in range(1, count + 1)
            if n <= first or n % every == 0 or n == count]


def try_kind(pool, mode, kind, args, plain):
    """(faults injected, runs with something wrong)"""
    bad = 0
    whole = Run(mode, kind, 0, plain)
    for s in whole.said[:3]:
        print("%s, no %s fails: %s" % (mode, kind, s))
    runs = list(pool.map(lambda n: (n, Run(mode, kind, n, plain)),
                         places(whole.count, args.first, args.every)))
    for n, r in runs:
        bad += bool(r.said)
        for s in r.said[:3]:
            print("%s, %s %d fails: %s" % (mode, kind, n, s))
    injected = sum(r.failed for n, r in runs)
    print("%-5s %-7s %4d calls, %4d made to fail, %d wrong" % (
        mode, kind, whole.count, injected, bad), flush=True)
    return injected, bad + bool(whole.said)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--jobs", type=int, default=3)
    args = parser.parse_args()
    plain = plain_run()
    injected = wrong = 0
    with ThreadPoolExecutor(args.jobs) as pool:
        for mode in args.modes.split(","):
            for kind in args.kinds.split(","):
                n, bad = try_kind(pool, mode, kind, args, plain)
                injected += n
                wrong += bad
    print("%d faults injected" % injected)
    if wrong:
        print("%d runs wrong" % wrong)
    sys.exit(1 if wrong or not injected else 0)


if __name__ == "__main__":
    main()
