#!/usr/bin/env python3
"""Optuna's TPE as a strategy of hpsearch (pip install optuna). Optuna keeps its study in
memory; hpsearch runs the trainings, and tells a new process all it knows."""
import json
import sys

import optuna
from optuna.distributions import (CategoricalDistribution, FloatDistribution,
                                  IntDistribution)
from optuna.trial import TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.WARNING)
hello = json.loads(sys.stdin.readline())


def distribution(p):
    if p["type"] == "choice":
        return CategoricalDistribution(p["choices"])
    if p["type"] == "int":
        return IntDistribution(round(p["low"]), round(p["high"]), log=p["log"],
                               step=round(p.get("step", 1)))
    return FloatDistribution(p["low"], p["high"], log=p["log"], step=p.get("step"))


space = {p["name"]: distribution(p) for p in hello["space"]}
study = optuna.create_study(direction=hello["goal"],
                            sampler=optuna.samplers.TPESampler(seed=hello["seed"]))
asked = {}   # trial of hpsearch -> trial of Optuna, while it is under way
known = set()

for line in sys.stdin:
    question = json.loads(line)
    for t in question["news"]:
        if t["state"] == "pending" or t["trial"] in known:
            continue
        known.add(t["trial"])
        ok = t["state"] == "ok"
        mine = asked.pop(t["trial"], None)
        if mine is not None:
            study.tell(mine, t["value"] if ok else None,
                       state=TrialState.COMPLETE if ok else TrialState.FAIL)
        else:   # the defaults, or what a process before this one proposed
            names = {n: d for n, d in space.items() if n in t["params"]}
            study.add_trial(create_trial(
                params={n: t["params"][n] for n in names}, distributions=names,
                value=t["value"] if ok else None,
                state=TrialState.COMPLETE if ok else TrialState.FAIL))
    trial = study.ask(space)
    asked[question["ask"]] = trial
    print(json.dumps({"params": trial.params}), flush=True)
