#!/usr/bin/env python3
"""How often what a search prints at its end is true: the program itself, with a training
whose truth is known (trust.c), a few hundred searches a scenario.

    coverage   of every interval of the verification, in percent: of each candidate's
               re-runs, of the winner's, of its test, of the difference to the defaults. An
               interval says what it is for (the mean or the median of seeds), and is held
               to that.
    false yes  "better than the defaults: yes" although the winner is not. Where it is: power.
    pairs      test runs of the winner, and how many seeds a re-run had.

Every search has a seed of its own and is kept in FOLDER/SCENARIO.jsonl, so a run that was
broken off goes on, and more --searches add to what is there. One search at a time.
"""
import argparse
import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile

MEAN = {"lognormal": math.exp(0.5), "-lognormal": -math.exp(0.5), "share20": 0.2, "share2": 0.02}
MEDIAN = {"lognormal": 1, "-lognormal": -1, "share20": 0.2, "share2": 0.02}
# What a training that ignores its seed, or a fixed test set, is worth nobody has said.
UNKNOWN = {"fixed", "jitter", "items", "count", "unsaid"}
ITEMS = {"items", "count", "unsaid"}


class Scenario:
    def __init__(self, table, law="normal", effect=0, sign=1, flaky=0, top=3, repeats=5, trials=12,
                 test=True, more="", grow=None):
        self.table, self.law, self.effect, self.sign, self.flaky = table, law, effect, sign, flaky
        self.top, self.repeats, self.trials, self.test, self.more = top, repeats, trials, test, more
        self.grow = grow or [(trials, top)]

    def yaml(self, program, seed, top):
        goal = "minimize" if self.sign > 0 else "maximize"
        law = f"{self.law}/{seed}" if self.law in ITEMS else self.law
        words = [program, law, str(self.effect), str(self.sign), str(self.flaky), "${args_no_hyphens}"]
        check = f"test: {{top: {top}, repeats: {self.repeats}}}" if self.test \
            else f"repeats: {self.repeats}"
        return (f"command: {json.dumps(words)}\nmethod: random\nseed: {seed}\n"
                f"metric: {{name: m, goal: {goal}}}\n"
                f"parameters: {{x: {{min: 0.0, max: 1.0, default: 0.5}}}}\n{check}\n{self.more}")


def scenarios():
    s = {}
    for name, law in (("flat", "normal"), ("flat-t3", "t3"), ("flat-unequal", "unequal"),
                      ("flat-shared", "shared"), ("flat-lognormal", "lognormal"),
                      ("flat--lognormal", "-lognormal"), ("flat-share20", "share20"),
                      ("flat-share2", "share2")):
        s[name] = Scenario("A3", law)
    s["best-defaults"] = Scenario("A3", effect=-1)
    for effect in (0.5, 1, 2, 4):
        s[f"step-{effect}"] = Scenario("A3", effect=effect)
    s["step-1-maximize"] = Scenario("A3", effect=1, sign=-1)
    s["step-1-shared"] = Scenario("A3", "shared", effect=1)
    s["step-1-lognormal"] = Scenario("A3", "lognormal", effect=1)
    s["flat-3"] = Scenario("A3", repeats=3)
    s["flat-10"] = Scenario("A3", repeats=10)
    s["flat-lognormal-10"] = Scenario("A3", "lognormal", repeats=10)
    s["flat-top-10"] = Scenario("A3", top=10, trials=30)
    s["fixed"] = Scenario("A1", "fixed")
    s["jitter"] = Scenario("A1", "jitter")
    s["no-test"] = Scenario("A4", test=False)
    s["no-test-step-2"] = Scenario("A4", effect=2, test=False)
    s["grown"] = Scenario("A5", grow=[(12, 3), (24, 3), (24, 6), (48, 6), (96, 12)])
    s["flaky-step-2"] = Scenario("A7", effect=2, flaky=0.1)
    s["flaky-step-2-auto"] = Scenario("A7", effect=2, flaky=0.1, repeats="auto")
    s["flaky-flat"] = Scenario("A7", flaky=0.1)
    s["broken-defaults"] = Scenario("A7", flaky=3)
    for effect in (0, 0.5, 1, 2, 4):
        s[f"auto-{effect}"] = Scenario("C2", effect=effect, repeats="auto")
    for law in ("t3", "unequal", "lognormal"):
        s[f"auto-{law}"] = Scenario("C2", law, repeats="auto")
    for law in ("items", "count", "unsaid"):
        s[law] = Scenario("C8", law, repeats="auto")
        s[f"{law}-5"] = Scenario("C8", law)
        s[f"{law}-step-0.5"] = Scenario("C8", law, effect=0.5, repeats="auto")
    return s


def interval(phase):
    """(low, high, what it is for) of one candidate's phase, or None."""
    if phase.get("low") is not None:
        return phase["low"], phase["high"], phase.get("of", "mean")
    if phase.get("half_width") is not None:
        return phase["mean"] - phase["half_width"], phase["mean"] + phase["half_width"], "mean"
    return None


def wrong_items(effect):
    """Of all items there are, the share that is wrong (see trust.c)."""
    return 0.5 * (1 + math.erf((effect - 1) / math.sqrt(2 * 2.09)))


def worse_by(scenario):
    """The defaults than all others, in the metric."""
    if scenario.law in ITEMS:
        return wrong_items(scenario.effect) - wrong_items(0)
    return scenario.effect


def is_defaults(candidate):
    return candidate["params"]["x"] == 0.5


def held(scenario, candidate, phase):
    i = interval(candidate[phase])
    if i is None:
        return None
    if scenario.law in ITEMS and phase == "test":
        return bool(i[0] <= wrong_items(scenario.effect if is_defaults(candidate) else 0) <= i[1])
    if scenario.law in UNKNOWN:
        return None
    luck = (MEDIAN if i[2] == "median" else MEAN).get(scenario.law, 0)
    truth = scenario.sign * (luck + (scenario.effect if is_defaults(candidate) else 0))
    return bool(i[0] <= truth <= i[1])


def corrected(phase):
    """The value that is shown for a mean; of a median the raw mean."""
    return phase["value"] if phase.get("of") == "mean" else phase["mean"]


def row(scenario, code, v):
    """What is kept of one search."""
    winner = next((c for c in v["candidates"] if c["winner"]), None)
    better = bool(winner) and not is_defaults(winner) and scenario.effect > 0
    gain = worse_by(scenario) if winner and not is_defaults(winner) else 0
    r = {"code": code, "answer": v["answer"], "uses": v["test_uses"], "better": better,
         "defaults": bool(winner) and is_defaults(winner),
         "pairs": len([t for t in winner.get("test", {"runs": []})["runs"] if t["state"] == "finished"]) if winner else 0,
         "reruns": sum(t["state"] == "finished" for c in v["candidates"] for t in c["rerun"]["runs"]),
         "losers": [held(scenario, c, "rerun") for c in v["candidates"] if not c["winner"]]}
    if winner:
        r["winner"] = held(scenario, winner, "rerun")
        r["test"] = held(scenario, winner, "test") if "test" in winner else None
        if winner["rerun"].get("mean") is not None and scenario.law not in UNKNOWN:
            luck = MEAN.get(scenario.law, 0) + (0 if not is_defaults(winner) else scenario.effect)
            runs = [t["value"] for t in winner["rerun"]["runs"] if t["outcome"] == "ok"]
            m = sum(runs) / len(runs)
            sd = math.sqrt(sum((y - m) ** 2 for y in runs) / max(1, len(runs) - 1) / len(runs))
            r["bias"] = corrected(winner["rerun"]) * scenario.sign - luck
            r["se"] = sd
    if v.get("better_by") is not None and v.get("half_width") is not None:
        r["gain"] = bool(abs(v["better_by"] - gain) <= v["half_width"])
    if v.get("test_items") and v.get("half_width") is not None:
        r["items"] = v["test_items"]["use"]
        r["seeds_gain"] = bool(abs(v["better_by"] - gain) <= v["seeds_half_width"])
        r["seeds_yes"] = v["better_by"] > v["seeds_half_width"]
    return r


def search(scenario, seed, program, hpsearch, folder):
    file = os.path.join(folder, "s.yaml")
    rows = []
    for trials, top in scenario.grow:
        with open(file, "w") as f:
            f.write(scenario.yaml(program, seed, top))
        end = subprocess.run([hpsearch, "s.yaml", "-q", "-n", str(trials)], cwd=folder,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if end.returncode == 2:
            return None
        if end.returncode == 4:
            return []  # flaky, and the failure guard ended it: nothing was said
        results = os.path.join(folder, "s.hpsearch", "results.json")
        if end.returncode not in (0, 5) or not os.path.exists(results):
            sys.exit(f"trust.py: the search ended with {end.returncode}:\n{end.stderr}")
        with open(results) as f:
            rows.append(row(scenario, end.returncode, json.load(f)["verification"]))
    return rows


def play(name, scenario, options):
    """Rows of --searches searches, those that are kept not played again."""
    path = os.path.join(options.folder, name + ".jsonl")
    rows = []
    if os.path.exists(path):
        with open(path) as f:
            rows = [json.loads(line) for line in f if line.endswith("\n")]
    if len(rows) >= options.searches:
        return [r for r in rows[:options.searches] if r]
    with open(path, "a") as out:
        for i in range(len(rows), options.searches):
            seed = int(hashlib.sha256(f"{name} {i}".encode()).hexdigest()[:8], 16)
            folder = tempfile.mkdtemp(prefix="trust.", dir=options.tmp)
            try:
                rows.append(search(scenario, seed, options.program, options.hpsearch, folder))
            finally:
                shutil.rmtree(folder)
            if rows[-1] is None:
                print(f"\r{name}: this program does not take the file", file=sys.stderr)
                return []
            out.write(json.dumps(rows[-1]) + "\n")
            out.flush()
            print(f"\r{name} {i + 1}/{options.searches}  ", end="", file=sys.stderr, flush=True)
    print("\r\033[K", end="", file=sys.stderr)
    return [r for r in rows if r]


def percent(values):
    """'95.3 ±1.2', or - where nothing was said."""
    values = [v for v in values if v is not None]
    if not values:
        return "-"
    p = sum(values) / len(values)
    return f"{100 * p:.1f} ±{100 * math.sqrt(max(p * (1 - p), 0.25 / len(values)) / len(values)):.1f}"


def share(values):
    return f"{sum(values)}/{len(values)} = {percent(values)}" if values else "-"


def average(values):
    return f"{sum(values) / len(values):.1f}" if values else "-"


def line(name, rows):
    last = [r[-1] for r in rows]
    not_better = [r["answer"] == "yes" for r in last if not r["better"]]
    better = [r["answer"] == "yes" for r in last if r["better"]]
    bias = [r["bias"] for r in last if "bias" in r]
    se = [r["se"] for r in last if "bias" in r]
    return [name, percent([h for r in last for h in r["losers"] + [r.get("winner")]]),
            percent([r.get("winner") for r in last]), percent([r.get("test") for r in last]),
            percent([r.get("gain") for r in last]),
            f"{sum(bias) / max(1e-300, sum(se)):+.2f}" if bias else "-",
            share(not_better), share(better), average([r["pairs"] for r in last]),
            average([r["reruns"] for r in last])]


HEAD = ["scenario", "re-runs", "winner's", "its test", "difference", "bias/se", "false yes", "power",
        "pairs", "re-runs run"]


def show(rows):
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    for r in rows:
        print("  " + "  ".join(c.ljust(w) for c, w in zip(r, widths)).rstrip())


def answers(rows):
    found = {}
    for r in rows:
        found[r[-1]["answer"]] = found.get(r[-1]["answer"], 0) + 1
    return ", ".join(f"{n} {a}" for a, n in sorted(found.items()))


def seeds_alone(name, rows):
    """C8: what the same pairs would say without their items."""
    last = [r[-1] for r in rows if "items" in r[-1]]
    if last:
        print(f"  {name}: the same over seeds alone: difference {percent([r['seeds_gain'] for r in last])}, "
              f"false yes {share([r['seeds_yes'] for r in last if not r['better']])}")


def grown(rows):
    """A5: a yes at least once, after each time that the file has grown."""
    print("  grown: yes at least once after each step: " + " → ".join(
        percent([any(x["answer"] == "yes" for x in r[:i + 1]) for r in rows])
        for i in range(len(rows[0]))))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--hpsearch", required=True)
    a.add_argument("--program", required=True)
    a.add_argument("--folder", required=True, help="where searches are kept")
    a.add_argument("--searches", type=int, default=300)
    a.add_argument("--scenario", default="", help="names or tables, with blanks between; all")
    options = a.parse_args()
    options.tmp = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    options.hpsearch = os.path.abspath(options.hpsearch)
    options.program = os.path.abspath(options.program)
    os.makedirs(options.folder, exist_ok=True)
    wanted = options.scenario.split()
    every = {n: s for n, s in scenarios().items() if not wanted or n in wanted or s.table in wanted}
    if not every:
        sys.exit("trust.py: no such scenario; there are: " + " ".join(scenarios()))
    for table in sorted({s.table for s in every.values()}):
        rows = {n: play(n, s, options) for n, s in every.items() if s.table == table}
        rows = {n: r for n, r in rows.items() if r}
        print(f"\n{table} ({options.searches} searches each; percent, ± standard error)")
        show([HEAD] + [line(n, r) for n, r in rows.items()])
        for n, r in rows.items():
            if table in ("A1", "A4", "A7", "C8"):
                print(f"  {n}: {answers(r)}")
            if table == "C8":
                seeds_alone(n, r)
            if table == "A5":
                grown(r)


main()
