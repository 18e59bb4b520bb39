#!/usr/bin/env python3
"""hpsearch's method: bayes beside other programs, on the same problems.

Each program is asked for one configuration after the other and told what came of it, with
the defaults that its documentation gives, one thread, the same seeds. Regret is that of
regret.c: what the best observed configuration is truly worth above the best known one, in
units of what a median random configuration loses, in [0, 1], as log10 with the floor 0.001.

    hpsearch    regret.c, in this process's children
    optuna-tpe  TPESampler         optuna-gp  GPSampler
    smac        SMAC3's HyperparameterOptimizationFacade, told that trials are deterministic
    hebo        HEBO               ax         Ax's Client (BoTorch)

Conditional parameters are told to Optuna (define by run) and to SMAC3 (ConfigSpace); HEBO and
Ax see all parameters, of which the inactive ones have no effect.

With --after N, N random configurations are told first, and what is printed is the time of the
--trials proposals after them; for problems without conditions.

Results are kept in CACHE/peers.jsonl, one line per program, problem and seed: a run that was
interrupted goes on where it was.
"""
import argparse
import importlib.util
import json
import math
import os
import random
import statistics
import subprocess
import sys
import time
import warnings

MARKS = [10, 20, 30, 50, 75, 100]
SHOWN = [20, 50, 100]


class Problem:
    """A problem served by regret -e; configurations are lists by parameter, None: inactive."""

    def __init__(self, regret, path, seed):
        self.process = subprocess.Popen([regret, "-e", str(seed), path], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        about = json.loads(self.process.stdout.readline())
        self.name, self.floor = about["name"], about["floor"]
        self.best, self.median = about["best"], about["median"]
        self.params = about["parameters"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def active(self, i, config):
        return all(config[w[0]] is not None and self.index(w[0], config[w[0]]) in w[1:]
                   for w in self.params[i]["when"])

    def index(self, i, x):
        """Of a choice; of an integer: from its least."""
        return int(x - self.params[i]["low"]) if self.params[i]["type"] == "int" else int(x)

    def measure(self, config):
        """config: a choice by its index, else a number; inactive ones are taken out here."""
        config = list(config)
        for _ in self.params:  # as deep as they can be nested
            for i in range(len(config)):
                if config[i] is not None and not self.active(i, config):
                    config[i] = None
        line = " ".join("nan" if x is None else repr(x) for x in config)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        y, truth = self.process.stdout.readline().split()
        return float(y), float(truth)

    def choices(self, p):
        return p["type"] in ("list", "category")

    def draw(self, rng):
        """A random configuration."""
        config = []
        for p in self.params:
            low, high = (0, p["n"] - 1) if self.choices(p) else (p["low"], p["high"])
            logs = p["log"] and not self.choices(p)
            x = (math.exp(rng.uniform(math.log(low), math.log(high))) if logs
                 else rng.uniform(low, high))
            config.append(x if p["type"] == "float" else int(round(x)) if logs
                          else rng.randint(low, high))
        return config


# --- the programs: ask() -> configuration, tell(y), learn(configuration, y) ---

class Optuna:
    def __init__(self, problem, seed, trials):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.problem, self.optuna = problem, optuna
        self.study = optuna.create_study(sampler=self.sampler(optuna, seed))

    def ask(self):
        self.trial, config = self.study.ask(), [None] * len(self.problem.params)
        left = list(range(len(config)))
        while left:  # parents first
            later = []
            for i in left:
                p = self.problem.params[i]
                if any(w[0] in left for w in p["when"]):
                    later.append(i)
                elif self.problem.active(i, config):
                    config[i] = self.suggest(p)
            left = later
        return config

    def suggest(self, p):
        if p["type"] == "category":
            return self.trial.suggest_categorical(p["name"], list(range(p["n"])))
        if p["type"] == "list":  # ordered: a place in the list
            return self.trial.suggest_int(p["name"], 0, p["n"] - 1)
        if p["type"] == "int":
            return self.trial.suggest_int(p["name"], int(p["low"]), int(p["high"]), log=p["log"])
        return self.trial.suggest_float(p["name"], p["low"], p["high"], log=p["log"])

    def tell(self, y):
        self.study.tell(self.trial, y)

    def learn(self, config, y):
        from optuna.distributions import (CategoricalDistribution, FloatDistribution,
                                          IntDistribution)
        kinds = {p["name"]: CategoricalDistribution(list(range(p["n"])))
                 if p["type"] == "category" else IntDistribution(0, p["n"] - 1)
                 if p["type"] == "list" else
                 IntDistribution(int(p["low"]), int(p["high"]), log=p["log"])
                 if p["type"] == "int" else
                 FloatDistribution(p["low"], p["high"], log=p["log"])
                 for p in self.problem.params}
        self.study.add_trial(self.optuna.trial.create_trial(
            params=dict(zip(kinds, config)), distributions=kinds, value=y))


class OptunaTpe(Optuna):
    package = "optuna"

    def sampler(self, optuna, seed):
        return optuna.samplers.TPESampler(seed=seed)


class OptunaGp(Optuna):
    package = "torch"

    def sampler(self, optuna, seed):
        return optuna.samplers.GPSampler(seed=seed)


class Smac:
    package = "smac"

    def __init__(self, problem, seed, trials):
        import logging
        logging.disable(logging.CRITICAL)
        from ConfigSpace import (AndConjunction, Categorical, ConfigurationSpace, Float,
                                 InCondition, Integer)
        from smac import HyperparameterOptimizationFacade, Scenario
        from smac.runhistory.dataclasses import TrialValue
        self.problem, self.value = problem, TrialValue
        space, made = ConfigurationSpace(seed=seed), []
        for i, p in enumerate(problem.params):
            name = "p%d" % i
            if p["type"] == "category":
                made.append(Categorical(name, list(range(p["n"]))))
            elif p["type"] == "list":
                made.append(Integer(name, (0, p["n"] - 1)) if p["n"] > 1
                            else Categorical(name, [0]))
            elif p["type"] == "int":
                made.append(Integer(name, (int(p["low"]), int(p["high"])), log=p["log"]))
            else:
                made.append(Float(name, (p["low"], p["high"]), log=p["log"]))
        space.add(made)
        for i, p in enumerate(problem.params):
            conditions = [InCondition(made[i], made[w[0]],
                                      [k + int(problem.params[w[0]]["low"])
                                       if problem.params[w[0]]["type"] == "int" else k
                                       for k in w[1:]]) for w in p["when"]]
            if conditions:
                space.add(conditions[0] if len(conditions) == 1 else AndConjunction(*conditions))
        self.space = space
        scenario = Scenario(space, n_trials=trials, seed=seed, deterministic=True,
                            output_directory=os.path.join(CACHE, "smac"))
        self.smac = HyperparameterOptimizationFacade(scenario, lambda config, seed=0: 0,
                                                     overwrite=True, logging_level=False)

    def ask(self):
        self.info = self.smac.ask()
        values = dict(self.info.config)
        return [None if values.get("p%d" % i) is None else
                float(values["p%d" % i]) if p["type"] == "float" else int(values["p%d" % i])
                for i, p in enumerate(self.problem.params)]

    def tell(self, y):
        self.smac.tell(self.info, self.value(cost=y))

    def learn(self, config, y):
        from ConfigSpace import Configuration
        from smac.runhistory.dataclasses import TrialInfo
        self.smac.tell(TrialInfo(Configuration(self.space, {
            "p%d" % i: x for i, x in enumerate(config)}), seed=0), self.value(cost=y))


class Hebo:
    package = "hebo"

    def __init__(self, problem, seed, trials):
        import numpy
        import torch
        from hebo.design_space.design_space import DesignSpace
        from hebo.optimizers.hebo import HEBO
        numpy.random.seed(seed)
        torch.manual_seed(seed)
        self.problem, self.numpy, rec = problem, numpy, []
        for i, p in enumerate(problem.params):
            name = "p%d" % i
            if p["type"] == "category":
                rec.append({"name": name, "type": "cat", "categories": list(range(p["n"]))})
            elif p["type"] == "list":
                rec.append({"name": name, "type": "int", "lb": 0, "ub": p["n"] - 1})
            elif p["type"] == "int":
                rec.append({"name": name, "type": "pow_int" if p["log"] else "int",
                            "lb": int(p["low"]), "ub": int(p["high"])})
            else:
                rec.append({"name": name, "type": "pow" if p["log"] else "num",
                            "lb": p["low"], "ub": p["high"]})
        self.hebo = HEBO(DesignSpace().parse(rec), scramble_seed=seed)

    def ask(self):
        self.row = self.hebo.suggest(n_suggestions=1)
        return [float(self.row["p%d" % i].iloc[0]) if p["type"] == "float"
                else int(self.row["p%d" % i].iloc[0])
                for i, p in enumerate(self.problem.params)]

    def tell(self, y):
        self.hebo.observe(self.row, self.numpy.array([[y]]))

    def learn(self, config, y):
        import pandas
        self.hebo.observe(pandas.DataFrame([{"p%d" % i: x for i, x in enumerate(config)}]),
                          self.numpy.array([[y]]))


class Ax:
    package = "ax"

    def __init__(self, problem, seed, trials):
        import logging
        logging.disable(logging.CRITICAL)
        from ax.api.client import Client
        from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig
        self.problem, parameters = problem, []
        for i, p in enumerate(problem.params):
            name = "p%d" % i
            if problem.choices(p):
                parameters.append(ChoiceParameterConfig(
                    name=name, parameter_type="int", values=list(range(p["n"])),
                    is_ordered=p["type"] == "list"))
            else:
                parameters.append(RangeParameterConfig(
                    name=name, parameter_type="int" if p["type"] == "int" else "float",
                    bounds=(p["low"], p["high"]), scaling="log" if p["log"] else "linear"))
        self.client = Client(random_seed=seed)
        self.client.configure_experiment(parameters=parameters)
        self.client.configure_optimization(objective="-y")

    def ask(self):
        (self.index, values), = self.client.get_next_trials(max_trials=1).items()
        return [float(values["p%d" % i]) if p["type"] == "float" else int(values["p%d" % i])
                for i, p in enumerate(self.problem.params)]

    def tell(self, y):
        self.client.complete_trial(self.index, raw_data={"y": y})

    def learn(self, config, y):
        self.client.complete_trial(self.client.attach_trial(
            {"p%d" % i: x for i, x in enumerate(config)}), raw_data={"y": y})


PEERS = {"optuna-tpe": OptunaTpe, "optuna-gp": OptunaGp, "smac": Smac, "hebo": Hebo, "ax": Ax}


def play(peer, args, path, seed):
    """(regret at each mark, ms of each proposal)"""
    problem = Problem(args.regret, path, seed)
    program = PEERS[peer](problem, seed, args.trials)
    best, now, curve, ms = math.inf, 1.0, [], []
    rng = random.Random(seed)
    for _ in range(args.after):
        config = problem.draw(rng)
        program.learn(config, problem.measure(config)[0])
    for _ in range(args.trials):
        start = time.perf_counter()
        config = program.ask()
        ms.append(1e3 * (time.perf_counter() - start))
        y, truth = problem.measure(config)
        start = time.perf_counter()
        program.tell(y)
        ms[-1] += 1e3 * (time.perf_counter() - start)
        if y < best:
            best = y
            now = min(max((truth - problem.best) / (problem.median - problem.best), 0), 1)
        curve.append(now)
    problem.close()
    return [curve[min(m, args.trials) - 1] for m in MARKS], ms


def ours(args, path, seed):
    out = subprocess.run([args.regret, "-t", str(args.after + args.trials), "-s",
                          "%d-%d" % (seed, seed), "-r", str(args.after), path],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    words = out.splitlines()[0].split()
    return [float(x) for x in words[2:2 + len(MARKS)]], [float(words[3 + len(MARKS)])]


def line_of(peer, args, path, seed):
    curve, ms = ours(args, path, seed) if peer == "hpsearch" else play(peer, args, path, seed)
    name = os.path.basename(path)[:-len(".prob")]
    return {"peer": peer, "problem": name, "seed": seed, "trials": args.trials,
            "after": args.after,
            "regret": curve, "ms": statistics.median(ms)}


def mean_error(x):
    return (statistics.fmean(x),
            statistics.stdev(x) / math.sqrt(len(x)) if len(x) > 1 else math.nan)


def cell(x):
    return "%6.2f +- %4.2f" % mean_error(x) if x else "-"


def table(lines, trials, after):
    """All that both have played; standard errors over pairs of problem and seed."""
    shown = [m for m in SHOWN if m <= trials and not after]
    log = {}
    for one in lines:
        log.setdefault(one["peer"], {})[one["problem"], one["seed"]] = one
    mine = log.get("hpsearch", {})

    def at(peer, key, mark):
        return math.log10(max(log[peer][key]["regret"][MARKS.index(mark)], 1e-3))

    if shown:
        print("mean log10 regret at %s trials; below it hpsearch less that program, paired"
              % ", ".join(map(str, shown)))
    else:
        print("with %d configurations known" % after)
    print("%-24s %5s" % ("", "runs") + "".join("%16s" % ("@%d" % m) for m in shown)
          + "%14s" % "ms/proposal")
    for peer in ["hpsearch"] + [p for p in PEERS if p in log]:
        if peer not in log:
            continue
        print("%-24s %5d" % (peer, len(log[peer]))
              + "".join("%16s" % cell([at(peer, k, m) for k in log[peer]]) for m in shown)
              + "%14.1f" % statistics.median(v["ms"] for v in log[peer].values()))
        if peer == "hpsearch" or not shown:
            continue
        both = sorted(set(mine) & set(log[peer]))
        families = sorted({k[0].split("_")[0] + "_" + k[0].split("_")[1] if
                           k[0].startswith("rbv2") else k[0].split("_")[0] for k in both})
        for family in ["all"] + families:
            keys = [k for k in both if family == "all" or k[0].startswith(family)]
            print("  - %-20s %5d" % (family, len(keys)) + "".join(
                "%16s" % cell([at("hpsearch", k, m) - at(peer, k, m) for k in keys])
                for m in shown))


def seeds_of(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    global CACHE
    parser = argparse.ArgumentParser()
    parser.add_argument("--regret", required=True, help="the program of regret.c")
    parser.add_argument("--cache", required=True)
    parser.add_argument("--seeds", type=seeds_of, default=range(10))
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--after", type=int, default=0, metavar="N")
    parser.add_argument("--peers", nargs="*", default=list(PEERS))
    parser.add_argument("--table", action="store_true", help="only print what is there")
    parser.add_argument("problems", nargs="*")
    args = parser.parse_args()
    CACHE = os.path.abspath(args.cache)
    os.makedirs(CACHE, exist_ok=True)
    warnings.filterwarnings("ignore")
    path = os.path.join(CACHE, "peers.jsonl")
    lines = [json.loads(x) for x in open(path)] if os.path.exists(path) else []
    lines = [x for x in lines
             if x["trials"] == args.trials and x.get("after", 0) == args.after]
    have = {(x["peer"], x["problem"], x["seed"]) for x in lines}
    peers = ["hpsearch"]
    for peer in args.peers:
        if importlib.util.find_spec(PEERS[peer].package) is None:
            print("left out: %s, there is no %s here" % (peer, PEERS[peer].package),
                  file=sys.stderr)
        else:
            peers.append(peer)
    for seed in [] if args.table else args.seeds:
        for peer in peers:
            for problem in args.problems:
                name = os.path.basename(problem)[:-len(".prob")]
                if (peer, name, seed) in have:
                    continue
                try:
                    one = line_of(peer, args, problem, seed)
                except Exception as e:  # a peer's failure is its own
                    print("%s %s %d: %s: %s" % (peer, name, seed, type(e).__name__, e),
                          file=sys.stderr)
                    continue
                lines.append(one)
                with open(path, "a") as f:
                    f.write(json.dumps(one) + "\n")
    wanted = {os.path.basename(p)[:-len(".prob")] for p in args.problems}
    table([x for x in lines if x["seed"] in args.seeds and
           (not wanted or x["problem"] in wanted)], args.trials, args.after)


if __name__ == "__main__":
    main()
