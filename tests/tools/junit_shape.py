#!/usr/bin/env python3
"""Is a file what readers of JUnit's XML expect? The shape of its common schema: which elements
are where and in what order, which attributes they have and of what type, and that the counts are
those of the cases. usage: junit_shape.py FILE; says what is wrong, and fails."""
import re
import sys
import xml.etree.ElementTree as tree

COUNT, TIME = re.compile(r"\d+$"), re.compile(r"\d+\.\d+$")
STAMP, TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"), re.compile(r".+", re.S)
SHAPE = {
    "testsuites": ({"name": TEXT, "tests": COUNT, "failures": COUNT, "errors": COUNT, "time": TIME}, {},
                   ["testsuite*"]),
    "testsuite": ({"name": TEXT, "tests": COUNT, "failures": COUNT, "errors": COUNT, "skipped": COUNT,
                   "time": TIME, "hostname": TEXT}, {"timestamp": STAMP}, ["testcase*"]),
    "testcase": ({"classname": TEXT, "name": TEXT, "time": TIME}, {},
                 ["skipped|failure|error?", "system-out?"]),
    "skipped": ({}, {"message": TEXT}, []),
    "failure": ({"type": TEXT}, {"message": TEXT}, []),
    "error": ({"type": TEXT}, {"message": TEXT}, []),
    "system-out": ({}, {}, []),
}
faults = []


def check(e):
    if e.tag not in SHAPE:
        faults.append("an element " + e.tag)
        return
    must, may, children = SHAPE[e.tag]
    for name, value in e.attrib.items():
        kind = must.get(name, may.get(name))
        if kind is None or not kind.match(value):
            faults.append("%s %s=%r" % (e.tag, name, value))
    faults.extend("%s without %s" % (e.tag, name) for name in must if name not in e.attrib)
    order = "".join("<%s>" % c.tag for c in e)
    pattern = "".join("(%s)%s" % ("|".join("<%s>" % w for w in c[:-1].split("|")), c[-1]) for c in children)
    if not re.fullmatch(pattern, order):
        faults.append("%s holds %s" % (e.tag, order))
    for child in e:
        check(child)


def count(e, tag):
    return sum(1 for c in e.iter("testcase") for _ in c.findall(tag))


root = tree.parse(sys.argv[1]).getroot()
if root.tag != "testsuites":
    faults.append("begins with " + root.tag)
check(root)
for e in [root] + root.findall("testsuite"):
    want = {"tests": sum(1 for _ in e.iter("testcase")), "failures": count(e, "failure"),
            "errors": count(e, "error"), "skipped": count(e, "skipped")}
    faults.extend("%s %s is not %d" % (e.tag, k, n) for k, n in want.items()
                  if k in e.attrib and e.get(k) != str(n))
print("\n".join(faults))
sys.exit(bool(faults))
