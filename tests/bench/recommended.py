#!/usr/bin/env python3
"""What the configuration is truly worth that a program recommends after N runs in all.

hpsearch's method, on problems whose trainings draw from their seed, three ways: `best`, the best
observed of N; `verified`, N - v runs and then the best three of them again, r times each on
fresh seeds, v = 3 r, r = N / 20 but at least 2, the best mean of these; `auto`, repeats: auto
with N runs. Other programs and random draws: their best observed of N, and (`verified`) the
same rule of re-runs. Regret as in peers.py, log10 with the floor 0.001, standard errors
over pairs of problem and seed.

Results are kept in CACHE/recommended.jsonl, a line per program, problem and seed; several
processes may share it, and what was interrupted goes on where it was.
"""
import argparse
import fcntl
import importlib.util
import json
import math
import os
import random
import subprocess
import sys
import warnings

import peers

RUNS = [30, 60, 120]


class Random:
    package = "random"

    def __init__(self, problem, seed, _trials):
        self.problem, self.rng = problem, random.Random(seed)

    def ask(self):
        return self.problem.draw(self.rng)

    def tell(self, y):
        pass


PEERS = {"random": Random} | {k: peers.PEERS[k] for k in ("optuna-tpe", "optuna-gp")}


def again_times(n):
    return max(n // 20, 2)


def regret(problem, truth):
    return min(max((truth - problem.best) / (problem.median - problem.best), 0), 1)


def rerun(problem, seen, times):
    """The truth of the best mean of `times` fresh runs of each of the best three."""
    top = sorted(range(len(seen)), key=lambda i: (seen[i][1], i))[:3]
    means = [sum(problem.measure(seen[i][0])[0] for _ in range(times)) for i in top]
    return seen[top[means.index(min(means))]][2]


def play(name, args, path, seed):
    problem = peers.Problem(args.regret, path, seed)
    program = PEERS[name](problem, seed, max(args.runs))
    seen, best, verified = [], [], []
    for n in range(1, max(args.runs) + 1):
        config = program.ask()
        y, truth = problem.measure(config)
        program.tell(y)
        seen.append((list(config), y, truth))
        for total in args.runs:
            if n == total:
                best.append(regret(problem, min(seen, key=lambda s: s[1])[2]))
            if n == total - 3 * again_times(total):
                verified.append(regret(problem, rerun(problem, seen, again_times(total))))
    problem.close()
    return {"best": best, "verified": verified}


def ours(args, path, seed):
    """One line: a name and the regrets after each number of runs, three times."""
    out = subprocess.run([args.regret, "-m", args.method, "-R", ",".join(map(str, args.runs)),
                          "-s", "%d-%d" % (seed, seed), path],
                         stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    k = len(args.runs)
    return {out[i]: [float(x) for x in out[i + 1:i + 1 + k]]
            for i in range(2, len(out), k + 1)}


def kept(path):
    if not os.path.exists(path):
        return []
    with open(path) as f:
        return [json.loads(line) for line in f if line.endswith("\n")]


def keep(path, one):
    with open(path, "a") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        f.write(json.dumps(one) + "\n")


def table(lines, args):
    log = {}
    for one in lines:
        if one["runs"] == args.runs and one["seed"] in args.seeds:
            for how in one["regret"]:
                log.setdefault((one["peer"], how), {})[one["problem"], one["seed"]] = [
                    math.log10(max(x, 1e-3)) for x in one["regret"][how]]
    mine = log.get(("hpsearch-" + args.method, "auto"), {})
    print("mean log10 regret of what is recommended after %s runs; below it that of "
          "hpsearch's repeats: auto (%s) less it, paired"
          % (", ".join(map(str, args.runs)), args.method))
    print("%-34s %5s" % ("", "pairs") + "".join("%16s" % ("@%d" % n) for n in args.runs))
    for who in sorted(log):
        every = log[who]
        print("%-34s %5d" % (" ".join(who), len(every)) + "".join(
            "%16s" % peers.cell([x[i] for x in every.values()])
            for i in range(len(args.runs))))
        both = sorted(set(mine) & set(every))
        if every is mine or not both:
            continue
        for family in ["all"] + sorted({k[0].split("_")[0] for k in both}):
            keys = [k for k in both if family == "all" or k[0].startswith(family)]
            print("  - %-30s %5d" % (family, len(keys)) + "".join(
                "%16s" % peers.cell([mine[k][i] - every[k][i] for k in keys])
                for i in range(len(args.runs))))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--regret", required=True, help="the program of regret.c")
    parser.add_argument("--cache", required=True)
    parser.add_argument("--method", default="bayes", help="hpsearch's; empty: none of its own")
    parser.add_argument("--seeds", type=peers.seeds_of, default=range(10))
    parser.add_argument("--runs", type=lambda s: [int(x) for x in s.split(",")], default=RUNS)
    parser.add_argument("--peers", nargs="*", default=list(PEERS))
    parser.add_argument("--table", action="store_true", help="only print what is there")
    parser.add_argument("problems", nargs="*")
    args = parser.parse_args()
    os.makedirs(args.cache, exist_ok=True)
    warnings.filterwarnings("ignore")
    path = os.path.join(args.cache, "recommended.jsonl")
    names = ["hpsearch-" + args.method] if args.method else []
    for name in args.peers:
        if importlib.util.find_spec(PEERS[name].package) is None:
            print("left out: %s, there is no %s here" % (name, PEERS[name].package),
                  file=sys.stderr)
        else:
            names.append(name)
    for seed in [] if args.table else args.seeds:
        for name in names:
            for problem in args.problems:
                about = {"peer": name, "problem": os.path.basename(problem)[:-len(".prob")],
                         "seed": seed, "runs": args.runs}
                if any(all(one[k] == v for k, v in about.items()) for one in kept(path)):
                    continue
                keep(path, about | {"regret": ours(args, problem, seed)
                                    if name not in PEERS else play(name, args, problem, seed)})
    table(kept(path), args)


if __name__ == "__main__":
    main()
