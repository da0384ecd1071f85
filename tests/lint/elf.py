"""elf - what nm and readelf tell, for the lint scripts that read objects."""
import os
import re
import shlex
import subprocess

ENV = dict(os.environ, LC_ALL="C")


def out(*command):
    return subprocess.run(command, check=True, env=ENV, text=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def nm(path, *flags):
    """The (type, name) pairs that nm prints, versions cut off."""
    pairs = []
    command = shlex.split(os.environ.get("NM", "nm"))
    for line in out(*command, *flags, path).split("\n"):
        m = re.match(r"(?:[0-9a-f]{8,} | +)([A-Za-z]) ([^@ ]+)", line)
        if m:
            pairs.append((m.group(1), m.group(2)))
    return pairs


def undefined(path):
    return {name for kind, name in nm(path) if kind in "Uwv"}


def defined(path, *flags):
    """Names that other objects can bind to."""
    return {name for kind, name in nm(path, *flags)
            if kind in "TDBRWVGSCi"}


def cc(*args, where):
    """Compiles a planted tree's piece."""
    command = shlex.split(os.environ.get("CC", "cc"))
    subprocess.run(command + list(args), check=True, cwd=where)
