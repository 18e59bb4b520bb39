"""What a results file says, in the words of another tool, to be compared with what it reads."""
import json
import math


def results(path):
    said = json.load(open(path + "/results.json"))
    return said, sorted(said["trials"], key=lambda t: t["id"])


def number(x):
    return float(x) if isinstance(x, str) else x


def same(x, y):
    return x == y or (isinstance(x, float) and isinstance(y, float) and math.isnan(x) and math.isnan(y))


def curve(run):
    """By step: the last report there."""
    return {int(step): float(number(value)) for step, value in run["reports"]}


def python(value):
    """As it stands on a command line."""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)
