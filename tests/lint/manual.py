"""manual - the manual pages say what the program does.

The rows of keys in diag(7) are what `diag help keys --roff` prints; every verb
and every option that `diag help` knows is in diag(1); every notice of the shim
is in diag(7); and groff has nothing to complain about.
"""
import os
import re
import subprocess

import lintlib

TOOL = os.environ.get("DIAG_TOOL", "diag")
CALL = re.compile(r'\bsink_notice\(\s*"[^"]*",\s*'
                  r'((?:"(?:\\.|[^"\\])*"\s*)+)')
DIRECTIVE = re.compile(r"%[-0-9.*]*(?:ll|l|z|j)?[a-zA-Z]")


def diag(*args):
    return subprocess.run([TOOL, "help", *args], stdout=subprocess.PIPE,
                          check=False, text=True).stdout


def groff(path):
    """The page as one line of plain text, and the complaints."""
    r = subprocess.run(["groff", "-t", "-man", "-ww", "-Tutf8", "-P-c",
                        "-P-bou", "-rHY=0", "-rLL=4000n", path], text=True,
                       check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text = r.stdout
    for a, b in (("\u2010", "-"), ("\u2212", "-"), ("\u2019", "'"),
                 ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"')):
        text = text.replace(a, b)
    return re.sub(r"\s+", " ", text), r.stderr.split("\n")[:-1]


def look_rows(page):
    m = re.search(r'^\.\\" keys: begin\n(.*?)^\.\\" keys: end$', page,
                  re.S | re.M)
    if m is None:
        return ["man/diag.7: no rows of keys"]
    rows = diag("keys", "--roff")
    if rows and m.group(1) != rows:
        return ["man/diag.7: the rows of keys are not those of "
                "diag help keys --roff"]
    return []


def look_verbs(page):
    said = []
    for verb in re.findall(r"^  ([a-z]+)  ", diag(), re.M):
        if not re.search(r"^\.SS diag %s$" % verb, page, re.M):
            said.append("man/diag.1: no section for diag " + verb)
        text = page.replace("\\-", "-")
        for option in sorted(set(re.findall(r"(?<![\w-])--[a-z]+",
                                            diag(verb)))):
            if option not in text:
                said.append("man/diag.1: diag %s: no %s" % (verb, option))
    return said


def notices(top):
    """(where, text) of each notice, without its changing parts."""
    for path in lintlib.files(top, r"^src/shim/.*\.c$"):
        for m in CALL.finditer(lintlib.read(top, path)):
            parts = re.findall(r'"((?:\\.|[^"\\])*)"', m.group(1))
            text = "".join(parts).replace('\\"', '"').replace("%%", "%")
            yield path, text


def look_notices(top, text):
    said = []
    for path, notice in notices(top):
        pieces = [re.escape(" ".join(p.split()))
                  for p in DIRECTIVE.split(notice)]
        if not re.search(r"\s*\S{0,40}\s*".join(pieces), text):
            said.append("man/diag.7: %s: no notice \"%s\"" % (path, notice))
    return said


def look(top):
    said = []
    for page in lintlib.files(top, r"^man/.*\.[1-8]$"):
        text, complaints = groff(os.path.join(top, page))
        said += complaints
        source = lintlib.read(top, page)
        if page == "man/diag.7":
            said += look_rows(source) + look_notices(top, text)
        if page == "man/diag.1":
            said += look_verbs(source)
    return said


def planted():
    rows = diag("keys", "--roff")
    good = '.TH A 7\n.\\" keys: begin\n%s.\\" keys: end\n' % rows
    notice = 'void f(void) { sink_notice("x", "off: %s " "now", why); }\n'
    return [
        ({"man/diag.7": good}, None),
        ({"man/diag.7": good.replace(".TP", ".PP", 1)}, "not those of"),
        ({"man/diag.7": good, "src/shim/a.c": notice}, "off: %s now"),
        ({"man/diag.7": good + "off: reason now\n", "src/shim/a.c": notice},
         None),
        ({"man/diag.1": ".TH A 1\n.SS diag env\n"}, "diag run"),
        ({"man/diag.1": ".TH A 1\n.SS diag env\n"}, "--unset"),
        ({"man/x.1": ".TH A 1\n.NOSUCHMACRO\n"}, "NOSUCHMACRO"),
    ]


if __name__ == "__main__":
    lintlib.run(look, planted)
