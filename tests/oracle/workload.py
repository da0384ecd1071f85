"""workload - a JSON workload for the oracle: text to objects and back, and some
deep recursion.  The argument says how often."""
import json
import sys

rounds = int(sys.argv[1])
data = {"list": list(range(50)),
        "map": {str(i): [1, 2, {"x": i}] for i in range(50)}}


def deep(n):
    return deep(n - 1) + [1] if n else [json.loads('{"a": 1}')]


for i in range(rounds):
    json.loads(json.dumps(data))
    if i % 50 == 0:
        deep(150)
