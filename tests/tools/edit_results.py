#!/usr/bin/env python3
"""Does replay catch what is changed in a results file by somebody who can make checksums?

    edit_results.py HPSEARCH MANUAL N RESULTS.json…

Changes one value at a time, N in all over the files (0: one of every kind of value in
each), checksums recomputed, and asks `hpsearch replay`. Every value of a file is either
one of RAW, facts that nothing else in it could contradict, or its change is to be caught.
RAW stands in the manual as well, below replay, under the same names. Half of the changes
are of values at random, half of a kind of value (its place without numbers) at random,
because most values are those of trials. Prints what was not caught; exits with 0 where at
least 99 % were.
"""
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile


def adaptive(data):
    return data["search"]["method"] in ("bayes", "auto")


def run_of(data, path):
    """The run that a value belongs to, or None."""
    for i in range(len(path), 0, -1):
        part = at(data, path[:i])
        if isinstance(part, dict) and "attempts" in part:
            return part
    return None


def is_open(data, path):
    """Of a run that has not ended: it has no results yet."""
    run = run_of(data, path)
    return bool(run) and run["state"] != "finished" and path[-1] != "seed"


def curves_are_kept(data, path):
    return "early_terminate" in data and path[0] == "trials"


def by_status(run):
    """Does a run's outcome follow from its exit status?"""
    return run["outcome"] not in ("stopped", "infeasible") and "stop" not in run


def step_or_earlier(data, path):
    """A report's step, or its value where it was neither the last nor anybody's curve."""
    i = path.index("reports")
    log = curves_are_kept(data, path)
    counted = log and any(isinstance(e, list) and e[0] == "report" and e[3] == "nan"
                          for e in data["early_terminate"]["log"])
    if path[i + 2] == 0:
        return not log or counted
    return not log and path[i + 1] + 1 < len(at(data, path[:i + 1]))


def learnt_nothing(data, path):
    """The first proposals of a method that learns look at nothing."""
    return not adaptive(data) or at(data, path[:-1])["id"] < 5


def gaps(data, path):
    """Other things than ends have numbers, too, and are not in the file."""
    return not adaptive(data) and "order" == path[-1] and \
        any(r["attempts"] > 1 for t in data["trials"] for r in t["runs"])


def one_plan(data, path):
    """Fixed or not, and of how many pairs: all the same."""
    use = at(data, path[:-1])
    return data["verification"]["deterministic"] or (path[-1] == "kind" and use["pairs"] < 10)


def always(data, path):
    return True


# Name of a value: where nothing depends on it.
RAW = {
    "hpsearch": always, "warnings": always,
    "why": always, "state": lambda d, p: p[0] == "search", "host": always, "git": always,
    "file": always, "started": always, "finished": always, "elapsed": always,
    "decoding": always, "code": always,
    "seen": learnt_nothing, "order": gaps,
    "user": always, "sys": always, "maxrss": always, "unread": always, "unread_example": always,
    "steps": always, "metrics": always,
    "wall": lambda d, p: not curves_are_kept(d, p),
    "attempts": lambda d, p: "test" not in p and not curves_are_kept(d, p),
    "exit": lambda d, p: not by_status(run_of(d, p)) or run_of(d, p)["signal"] != 0,
    "signal": lambda d, p: not by_status(run_of(d, p)),
    "failures": lambda d, p: run_of(d, p)["attempts"] > 1,
    "reports": step_or_earlier,
    "kind": one_plan, "pairs": lambda d, p: "uses" in p and one_plan(d, p),
    "use": always, "uses": always, "configurations": always, "since": always, "begun_at": always,
}


def is_raw(data, path):
    for name in (p for p in path if isinstance(p, str) and p in RAW):
        if name == "uses" and path[-1] != "uses":
            continue  # the list of uses, not their number
        if RAW[name](data, path):
            return True
    return False


def crc32c(data):
    if not TABLE:
        for i in range(256):
            c = i
            for _ in range(8):
                c = c >> 1 ^ (0x82F63B78 if c & 1 else 0)
            TABLE.append(c)
    c = 0xFFFFFFFF
    for b in data:
        c = c >> 8 ^ TABLE[(c ^ b) & 255]
    return c ^ 0xFFFFFFFF


TABLE = []


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def trial_line(trial):
    line = compact({k: v for k, v in trial.items() if k != "crc"})[:-1]
    return f'{line},"crc":"{crc32c(line.encode()):08x}"}}'


def write(data, path):
    parts = []
    for key, value in data.items():
        if key == "trials":
            parts.append('"trials":[\n' + ",\n".join(map(trial_line, value)) + "]")
        elif key != "check":
            parts.append(compact(key) + ":" + compact(value))
    text = "{" + ",\n".join(parts)
    with open(path, "w") as f:
        f.write(f'{text},\n"check":"crc32c:{crc32c(text.encode()):08x}"}}\n')


def leaves(value, path=()):
    if isinstance(value, dict):
        for k, v in value.items():
            yield from leaves(v, path + (k,))
    elif isinstance(value, list):
        for i, v in enumerate(value):
            yield from leaves(v, path + (i,))
    elif value is not None:
        yield path


def at(data, path):
    for k in path:
        data = data[k]
    return data


def changed(value, rng):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + rng.choice([1, 2, 7]) if value < 2 or rng.random() < 0.5 else value - 1
    if isinstance(value, float):
        return value * rng.choice([0.9, 1.1, 1.5]) + (0.25 if value == 0 else 0)
    others = {"ok": "failed", "failed": "ok", "yes": "no", "no": "yes", "cannot tell": "yes",
              "mean": "median", "median": "mean", "fixed": "sequential", "sequential": "fixed",
              "minimize": "maximize", "done": "budget", "finished": "queued", "random": "sobol"}
    if value in others:
        return others[value]
    digits = re.search(r"\d", value)
    if digits:
        i = digits.start()
        return value[:i] + str((int(value[i]) + 1) % 10) + value[i + 1:]
    return value + "x"


def kind_of(path):
    return tuple("*" if isinstance(p, int) else p for p in path)


def caught(hpsearch, path):
    end = subprocess.run([hpsearch, "replay", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if end.returncode not in (0, 2, 5):
        sys.exit(f"replay ended with {end.returncode}: {end.stderr.decode()}")
    return end.returncode != 0


def choose(data, n, rng):
    """n values to change; 0: one of every kind."""
    every = [p for p in leaves(data) if p[0] not in ("check", "schema") and p != ("space",)
             and p[-1] != "crc" and not is_open(data, p) and not is_raw(data, p)]
    kinds = collections.defaultdict(list)
    for p in every:
        kinds[kind_of(p)].append(p)
    if not n:
        return [rng.choice(k) for k in kinds.values()]
    return [rng.choice(rng.choice(list(kinds.values())) if i % 2 else every) for i in range(n)]


def documented(manual):
    """The part of the manual on replay."""
    text = open(manual).read().replace("\\", "")
    return re.search(r"^\.BR replay .*?^\.TP", text, re.S | re.M).group()


def main():
    hpsearch, manual, n, files = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    rng = random.Random(12)
    changes = missed = 0
    for name in RAW:
        if not re.search(rf"\b{name}\b", documented(manual)):
            sys.exit(f"the manual does not say that nothing depends on {name}")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "edited.json")
        for k, name in enumerate(files):
            text = open(name).read()
            write(json.loads(text), path)
            if caught(hpsearch, path):
                sys.exit(f"{name}: written again as it is, it is not the same to replay")
            share = n and n * (k + 1) // len(files) - n * k // len(files)
            for where in choose(json.loads(text), share, rng):
                data = json.loads(text)
                was = at(data, where)
                at(data, where[:-1])[where[-1]] = changed(was, rng)
                write(data, path)
                changes += 1
                if not caught(hpsearch, path):
                    missed += 1
                    print(f"{name}: {'.'.join(map(str, where))}: {was!r} -> {at(data, where)!r} "
                          "is not caught")
    print(f"{changes - missed} of {changes} are caught")
    sys.exit(missed * 100 > changes)


if __name__ == "__main__":
    main()
