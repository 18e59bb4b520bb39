#!/usr/bin/env python3
"""Does replay catch what is changed in a results file by somebody who can make checksums?

    edit_results.py HPSEARCH N RESULTS.json…

Changes one value at a time, N in all over the files, checksums recomputed, and asks
`hpsearch replay`. Only values are changed on which something depends: RAW, which the
manual lists as well, are facts that nothing else in the file could contradict. Prints
what was not caught; exits with 0 where at least 99 % were.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

RAW = set("""hpsearch warnings check crc
    why host git file set command_option started finished elapsed max_trials trials_asked state
    attempts code exit signal wall user sys maxrss reports_total failures reason cost note path
    use uses configurations since begun_at""".split())


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
            if k not in RAW or (k == "uses" and isinstance(v, list)):
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
              "minimize": "maximize", "finished": "queued", "random": "sobol"}
    if value in others:
        return others[value]
    digits = re.search(r"\d", value)
    if digits:
        i = digits.start()
        return value[:i] + str((int(value[i]) + 1) % 10) + value[i + 1:]
    return value + "x"


def is_raw(data, path):
    """As the manual has it: facts that stand alone because of what else the file says."""
    if path[-1] in ("seen", "order"):
        # The first proposals of bayes look at nothing.
        return data["search"]["method"] != "bayes" or at(data, path) < 5
    if path == ("search", "decoding") or (path[-1] == "runs" and "observed" in path):
        return True
    if "reports" in path:
        i = path.index("reports")
        # A step, or a value that was not the last one.
        return path[i + 2] == 0 or path[i + 1] + 1 < len(at(data, path[:i + 1]))
    return False


def of_an_open_run(data, path):
    for i in range(1, len(path)):
        part = at(data, path[:i])
        if isinstance(part, dict) and part.get("state") in ("queued", "running") and "attempts" in part:
            return path[-1] != "seed"
    return False


def caught(hpsearch, path):
    end = subprocess.run([hpsearch, "replay", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if end.returncode not in (0, 2, 5):
        sys.exit(f"replay ended with {end.returncode}: {end.stderr.decode()}")
    return end.returncode != 0


def main():
    hpsearch, n, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    rng = random.Random(12)
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "edited.json")
        for k, name in enumerate(files):
            text = open(name).read()
            write(json.loads(text), path)
            if caught(hpsearch, path):
                sys.exit(f"{name}: written again as it is, it differs")
            whole = json.loads(text)
            every = [p for p in leaves(whole) if p != ("space",)
                     and not of_an_open_run(whole, p)
                     and not is_raw(whole, p)]
            # As many of the verification as of the rest, which is mostly trials.
            some = [p for p in every if p[0] != "trials"]
            for i in range(n * k // len(files), n * (k + 1) // len(files)):
                data = json.loads(text)
                where = rng.choice(some if i % 2 else every)
                was = at(data, where)
                at(data, where[:-1])[where[-1]] = changed(was, rng)
                write(data, path)
                if not caught(hpsearch, path):
                    missed += 1
                    print(f"{name}: {'.'.join(map(str, where))}: {was!r} -> {at(data, where)!r} "
                          "is not caught")
    print(f"{n - missed} of {n} are caught")
    sys.exit(missed * 100 > n)


main()
