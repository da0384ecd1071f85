"""python_work - what python.test runs: the output is always the same."""
import concurrent.futures
import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
import threading


def work(n):
    rows = [{"n": i, "s": "x" * (i % 97), "t": [i] * (i % 11)}
            for i in range(n)]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def main():
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for digest in pool.map(work, range(100, 500, 50)):
            print(digest)
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        with context.Pool(3) as pool:
            print(method, pool.map(work, range(50, 150, 25)))
    run = subprocess.run([sys.executable, "-I", "-c", "print(6 * 7)"],
                         stdout=subprocess.PIPE, check=True)
    print(run.stdout)
    pid = os.fork()
    if pid == 0:
        threading.Thread(target=work, args=(100,)).start()
        os._exit(9)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    try:
        bytearray(1 << 62)
    except MemoryError:
        print("MemoryError")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
