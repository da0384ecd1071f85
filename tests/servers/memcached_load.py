"""memcached_load - a load for memcached whose answers can be compared.

	memcached_load.py SOCKET CLIENTS ROUNDS

Each client sets, gets, replaces and deletes keys of its own and sums up what
it got; the sums are printed in order.
"""
import hashlib
import socket
import sys
import threading


def talk(path, me, rounds, sums):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    f = s.makefile("rwb")
    h = hashlib.sha256()
    for i in range(rounds):
        value = (b"%d:%d " % (me, i)) * (1 + i % 50)
        f.write(b"set k%d-%d 0 0 %d\r\n%s\r\n" % (
            me, i % 37, len(value), value))
        f.write(b"get k%d-%d\r\n" % (me, i % 37))
        f.write(b"incr n%d 1\r\n" % me if i else b"set n%d 0 0 1\r\n0\r\n" % me)
        if i % 5 == 0:
            f.write(b"delete k%d-%d\r\n" % (me, i % 37))
        f.flush()
        want = 3 + 2 + (i % 5 == 0)
        for _ in range(want):
            h.update(f.readline())
    s.close()
    sums[me] = h.hexdigest()


def main():
    path, clients, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sums = {}
    threads = [threading.Thread(target=talk, args=(path, n, rounds, sums))
               for n in range(clients)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for n in range(clients):
        print(n, sums[n])


main()
