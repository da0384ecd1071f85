"""outputs - a host whose standard error is anything, under any DIAG.

	outputs.py HOST

Standard error is a terminal that goes away, a socket, a pipe that does not
block and whose flags are the host's too, a file that appends, a device that is
full, a pipe that nobody reads; or DIAG is long, binary, or names a log that
cannot be.  The host's output and status are the same as without us, the flags
of what it was given are what they were, and it ends in time.
"""
import fcntl
import os
import pty
import signal
import socket
import subprocess
import sys
import tempfile

TRACES = "gctrace=2,schedtrace=20,scheddetail=1,memstats=exit"
FULL = TRACES + ",allocfreetrace=2,leaks=3"
failures = []


def said(ok, what, why=""):
    print("%s %s" % ("same    " if ok else "FAIL:   ", what), why, flush=True)
    if not ok:
        failures.append("%s %s" % (what, why))


def run(host, diag, err, close=None):
    """(status, output); close() is called while the host runs."""
    env = {k: v for k, v in os.environb.items()
           if k not in (b"DIAG", b"LD_PRELOAD")}
    if diag is not None:
        env[b"LD_PRELOAD"] = os.environb[b"DIAG_LIB"]
        env[b"DIAG"] = diag if isinstance(diag, bytes) else diag.encode()
    p = subprocess.Popen(host, env=env, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=err)
    if close is not None:
        close()
    try:
        out = p.communicate(timeout=60)[0]
    except subprocess.TimeoutExpired:
        p.kill()
        p.communicate()
        return "no end", b""
    return p.returncode, out


def terminal():
    """A terminal whose other side goes away while the host runs."""
    ours, theirs = pty.openpty()
    return theirs, lambda: os.close(ours)


def stream(unread):
    a, b = socket.socketpair()
    b.shutdown(socket.SHUT_WR)
    if unread:
        return a.detach(), lambda keep=b: None
    return a.detach(), b.close


def nonblocking():
    r, w = os.pipe()
    os.set_blocking(w, False)
    fcntl.fcntl(w, fcntl.F_SETPIPE_SZ, 4096)
    return w, lambda keep=r: None


def broken_pipe():
    r, w = os.pipe()
    return w, lambda: os.close(r)


def named(path, flags):
    return os.open(path, flags | os.O_CREAT, 0o600), None


def streams(folder):
    return {
        "a terminal that goes away": terminal,
        "a socket that nobody reads": lambda: stream(True),
        "a socket whose reader is gone": lambda: stream(False),
        "a full pipe that does not block": nonblocking,
        "a pipe whose reader is gone": broken_pipe,
        "a file that appends": lambda: named(folder + "/append",
                                             os.O_WRONLY | os.O_APPEND),
        "a file for reading": lambda: named(folder + "/read", os.O_RDONLY),
        "a device that is full": lambda: named("/dev/full", os.O_WRONLY),
        "a folder": lambda: (os.open(folder, os.O_RDONLY), None),
    }


def look_streams(host, folder, plain):
    for name, make in streams(folder).items():
        for diag in (FULL, TRACES, "leaks=3,tape=%s/tape.%%p" % folder):
            fd, close = make()
            flags = fcntl.fcntl(fd, fcntl.F_GETFL)
            got = run(host, diag, fd, close)
            after = fcntl.fcntl(fd, fcntl.F_GETFL)
            os.close(fd)
            said(got == plain and after == flags,
                 "%s, DIAG=%s" % (name, diag[:20]),
                 "" if got == plain else repr(got))


def long_folder(folder):
    """A folder whose path is longer than any log's may be."""
    path = folder
    while len(path) < 3000:
        path += "/" + "x" * 200
    return path


def diags(folder):
    os.mkfifo(folder + "/fifo")
    binary = bytes(range(1, 256)).replace(b",", b"")
    log = (FULL + ",log=%s/" % folder).encode()
    return {
        "a log on a fifo": log + b"fifo",
        "a log on a folder": log,
        "a log in no folder": log + b"none/log",
        "a log whose path is too long": FULL + ",log=" + long_folder(folder),
        "a log whose name is no text": log + binary.replace(b"/", b""),
        "a tape on a folder": "tape=" + folder,
        "a tape whose path is too long": "tape=" + long_folder(folder),
        "bytes of all kinds": binary,
        "100 KB of commas": b"," * 100000,
        "100 KB of unknown keys": b"unknown=1," * 10000,
        "one key of 100 KB": b"k" * 100000,
        "a number of 100 KB": b"depth=" + b"9" * 100000,
        "many times the same": b"gctrace=1," * 5000,
    }


def look_diags(host, folder, plain):
    for name, diag in diags(folder).items():
        with open(folder + "/err", "w+b") as err:
            got = run(host, diag, err)
            err.seek(0)
            text = err.read()
        whole = text == b"" or text.endswith(b"\n")
        said(got == plain and whole, name, "" if got == plain and whole else
             "%r %r" % (got, text[-200:]))


def main():
    host = sys.argv[1:]
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    plain = run(host, None, subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(prefix="diag-outputs.") as folder:
        look_streams(host, folder, plain)
        look_diags(host, folder, plain)
    print("%d failed" % len(failures))
    for failure in failures:
        print("FAIL:   ", failure)
    sys.exit(failures != [])


if __name__ == "__main__":
    main()
