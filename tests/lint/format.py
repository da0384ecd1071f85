"""format - what of our style a machine can see.

Columns, tabs, blanks at line ends, the purpose comment that opens every
file, the sections of a header, the length of functions and files, the depth
of nesting, definitions with the name in column 1, and calls that have no
place inside a host.
"""
import os
import re

import lintlib

COLUMNS, FUNCTION, FILE, DEPTH = 80, 40, 500, 3
NAKED = re.compile(
    r"(?<![\w.>])((?:v?(?:f|s|sn|d|as)?printf)|puts|perror|abort|exit|assert"
    r"|strerror(?:_r)?|fopen|fputs|strdup|localtime|setlocale)\s*\(")
# malloc_info() and malloc_stats() print where their caller says.
MAY = {("src/shim/preload/malloc_info.c", "fputs")}
SECTIONS = ("Memory", "Threads", "Fork")


def width(line):
    return len(line.expandtabs(8))


def lines_of(path, text, said):
    for n, line in enumerate(text.split("\n"), 1):
        if width(line) > COLUMNS:
            said.append("%s:%d: %d columns" % (path, n, width(line)))
        if line != line.rstrip():
            said.append("%s:%d: blanks at the end of the line" % (path, n))
    if text and not text.endswith("\n"):
        said.append("%s: no newline at the end" % path)
    if text.count("\n") > FILE:
        said.append("%s: %d lines, more than %d" % (
            path, text.count("\n"), FILE))


def purpose(path, text, said):
    """The first comment names the file and says what it is for."""
    stem = os.path.basename(path).split(".")[0]
    head = text[:400]
    if path.endswith((".c", ".h", ".S")):
        rule = r"/\*\n \* (%s|%s)\b[^\n]* - "
    elif path.endswith(".py"):
        rule = r'(?:#![^\n]*\n)?"""(%s|%s) - '
    else:
        rule = r"(?:#![^\n]*\n)?#+ (%s|%s)\b.* - "
    name = os.path.basename(path)
    if path.startswith("tests/unit/"):
        rule = r"/\*\n \* (?:(%s|%s) - )?[A-Z\w]"
    if not re.match(rule % (re.escape(stem), re.escape(name)), head):
        said.append("%s: does not open with \"%s - purpose\"" % (path, stem))
    if path.endswith(".h") and path.startswith("src/"):
        comment = text[:text.find("*/")]
        for section in SECTIONS:
            if not re.search(r"^ \* %s\b" % section, comment, re.M):
                said.append("%s: its comment has no %s" % (path, section))


def body_depth(lines):
    """How deep blocks nest inside a function's body."""
    depth = deepest = 0
    for line in lines:
        for c in line:
            depth += (c == "{") - (c == "}")
            deepest = max(deepest, depth)
    return deepest


def functions(path, code, said):
    lines = code.split("\n")
    start = None
    for n, line in enumerate(lines):
        if line == "{":
            start = n
            head = lines[n - 1]
            if re.match(r"[a-z].*[\s*]\w+\(", head) and "((" not in head and \
                    not re.match(r"\w+\(", head) and \
                    not re.match(r"(struct|union|enum)\b[^(]*$", head):
                said.append("%s:%d: the name is not in column 1" % (path, n))
        elif line.startswith("}") and start is not None:
            if n - start - 1 > FUNCTION:
                said.append("%s:%d: a function of %d lines" % (
                    path, start + 1, n - start - 1))
            indents = [len(s) - len(s.lstrip("\t"))
                       for s in lines[start + 1:n] if s.strip()]
            if body_depth(lines[start + 1:n]) > DEPTH or \
                    max(indents or [0]) > 7:
                said.append("%s:%d: nested more than %d deep" % (
                    path, start + 1, DEPTH))
            start = None


def c_code(path, text, said):
    code = lintlib.blank(text)
    for n, line in enumerate(code.split("\n"), 1):
        lead = re.match(r"[ \t]*", line).group(0)
        if " " * 8 in lead or " \t" in lead:
            if line.strip():
                said.append("%s:%d: blanks where a tab belongs" % (path, n))
        m = NAKED.search(line)
        if m and path.startswith(("src/shim/", "src/common/")) and \
                (path, m.group(1)) not in MAY:
            said.append("%s:%d: %s() has no place in a host" % (
                path, n, m.group(1)))
    if path.endswith(".c"):
        functions(path, code, said)


def look(top):
    said = []
    for path in lintlib.files(
            top, r"\.([chS]|py|sh|test)$|^\.ci/run$|^bench/[a-z_]+$"):
        text = lintlib.read(top, path)
        lines_of(path, text, said)
        purpose(path, text, said)
        if path.endswith((".c", ".h")):
            c_code(path, text, said)
    return said


def planted():
    top = "/*\n * a - is here.\n */\n"
    sections = " *\n * Memory none\n * Threads none\n * Fork none\n */\n"
    head = top.replace(" */\n", sections)
    good = top + "static void\nf(void)\n{\n\tg();\n}\n"
    long = top + "void\nf(void)\n{\n" + "\tg();\n" * 41 + "}\n"
    deep = top + "void\nf(void)\n{\n" + "if (x) {\n" * 4 + "}\n" * 0 + \
        " }\n" * 4 + "}\n"
    return [
        ({"src/shim/heap/a.c": good, "src/shim/heap/a.h": head}, None),
        ({"src/a.c": "int x;\n"}, "does not open with"),
        ({"tests/a.test": "#!/bin/sh\nexit 0\n"}, "does not open with"),
        ({"src/shim/heap/a.h": top}, "has no Memory"),
        ({"src/a.c": top + "/* " + "x" * 90 + " */\n"}, "columns"),
        ({"src/a.c": top + "int x; \n"}, "blanks at the end"),
        ({"src/a.c": top + "        int x;\n"}, "where a tab belongs"),
        ({"src/a.c": long}, "a function of 41 lines"),
        ({"src/a.c": deep}, "nested more than"),
        ({"src/a.c": top + "void f(void)\n{\n}\n"}, "not in column 1"),
        ({"src/a.c": top + "int x;\n" * 500}, "more than 500"),
        ({"src/a.c": top + "int x;"}, "no newline"),
        ({"src/shim/heap/a.c": top + "\tprintf(x);\n"}, "printf() has no"),
        ({"src/common/base/a.c": top + "\tabort();\n"}, "abort() has no"),
        ({"src/shim/heap/a.c": top + "\tassert(x);\n"}, "assert() has no"),
        ({"src/shim/heap/a.c": top + "/* printf(x) */\n"
          "\tsink_printf(x);\n"}, None),
    ]


if __name__ == "__main__":
    lintlib.run(look, planted)
