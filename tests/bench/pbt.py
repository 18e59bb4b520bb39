#!/usr/bin/env python3
"""Population based training beside constant parameters and Ray Tune's.

    pbt.py --hpsearch H --fake FAKE_TRAIN --mlp MLP --spec examples/mlp/pbt.yaml
           [--seeds 10] [--mlp-seeds 3]

Every method has the price of eight whole trainings. Ray Tune's own program stands beside
hpsearch where the interpreter has it (ray_pbt.py).
The toy is stochastic descent on a quadratic (fake_train descent): after t epochs of the best
rate, which falls as 1/(t + 1), the loss is 1/(t + 1); the best constant rate is known too.
The network is examples/mlp: what a population found is trained afresh on new seeds
(hpsearch rerun-schedule), beside the constant parameters of that population, the defaults,
the winner of eight whole random trials, and the schedule that Ray Tune found, each trained
on as many new seeds.
Means over seeds, with standard errors.
"""
import argparse
import importlib.util
import json
import math
import os
import statistics
import subprocess
import tempfile

ray_pbt = importlib.import_module("ray_pbt") if importlib.util.find_spec("ray") else None
RAY = "Ray Tune's PopulationBasedTraining"
EPOCHS, INTERVAL, MEMBERS, LOW, HIGH = 20, 2, 8, 0.01, 1.0


def epoch(v, lr):
    return (1 - lr) ** 2 * v + lr**2


def constant(lr):
    v = 1.0
    for _ in range(EPOCHS):
        v = epoch(v, lr)
    return v


def ray_descent(_, history):
    v = 1.0
    for config in history:
        for _ in range(INTERVAL):
            v = epoch(v, config["lr"])
    return v


def run(words, cwd, env=None):
    p = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if p.returncode not in (0, 5):
        raise SystemExit(f"{' '.join(words)}: {p.returncode}\n{p.stderr}")
    return p.stdout


def search(a, text, seed, cwd):
    with open(f"{cwd}/s.yaml", "w", encoding="utf-8") as f:
        f.write(text)
    run([a.hpsearch, "s.yaml", "--fresh", "-q", "--seed", str(seed)], cwd)
    with open(f"{cwd}/s.hpsearch/results.json", encoding="utf-8") as f:
        return json.load(f)


def best_value(results):
    return min(t["value"] for t in results["trials"] if t["outcome"] == "ok")


def toy(a, method, extra, more=""):
    return (
        f'command: [{a.fake}, descent, --noise=0, --epoch-ms=0, {more}"${{args}}"]\n'
        f"method: {method}\nmetric: {{name: loss, goal: minimize}}\nreport: false\n{extra}\n"
        f"parameters:\n  lr: {{min: {LOW}, max: {HIGH}, log: true}}\n"
    )


def line(name, values):
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    print(f"  {name:44} {statistics.mean(values):.4f} +- {error:.4f}  ({len(values)})", flush=True)


def bench_toy(a, cwd):
    pbt = f"pbt: {{population: {MEMBERS}, interval: {INTERVAL}, max_iter: {EPOCHS}, step: epoch}}"
    found = {"hpsearch, method: pbt": [], f"random search, {MEMBERS} trainings": []}
    for seed in range(1, a.seeds + 1):
        found["hpsearch, method: pbt"].append(best_value(search(a, toy(a, "pbt", pbt), seed, cwd)))
        found[f"random search, {MEMBERS} trainings"].append(
            best_value(
                search(
                    a,
                    toy(a, "random", f"max_trials: {MEMBERS}", f"--epochs={EPOCHS}, "),
                    seed,
                    cwd,
                )
            )
        )
    print(f"toy: loss after {EPOCHS} epochs, at the price of {MEMBERS} trainings")
    print(f"  {'the best schedule there is':44} {1 / (EPOCHS + 1):.4f}")
    print(f"  {'the best constant rate there is':44} {min(constant(i / 1e4) for i in range(1, 10000)):.4f}")
    for name, values in found.items():
        line(name, values)
    if ray_pbt:
        space = {"lr": ray_pbt.tune.loguniform(LOW, HIGH)}
        line(RAY, [ray_pbt.play(space, ray_descent, MEMBERS, EPOCHS // INTERVAL, seed, cwd)[0]
                   for seed in range(1, a.seeds + 1)])


def train(a, args, seed, cwd, env=None):
    """The metric of the example: the mean of the last three errors."""
    env = dict(env or os.environ, HPSEARCH_SEED=str(seed))
    out = run([a.mlp, *args, "--width=64", "--layers=2"], cwd, env)
    errors = [json.loads(x)["val_error"] for x in out.splitlines()]
    return statistics.mean(errors[-3:])


def ray_space():
    """The parameters of examples/mlp/pbt.yaml."""
    tune = ray_pbt.tune
    return {
        "lr": tune.loguniform(1e-3, 0.3),
        "momentum": tune.uniform(0.5, 0.98),
        "batch": tune.choice([8, 16, 32, 64, 128]),
        "dropout": tune.uniform(0, 0.5),
        "weight_decay": tune.loguniform(1e-4, 3),
    }


def intervals(a, folder, history, seed):
    """The metric after the last of `history`, of which what has a checkpoint is not played
    again. Ray may leave the ranges; a network does not train there."""
    low, high = {"momentum": 0.5, "dropout": 0}, {"momentum": 0.98, "dropout": 0.5}
    error = math.nan
    done = os.path.join(folder, "done")
    begin = int(open(done, encoding="utf-8").read()) if os.path.exists(done) else 0
    for i in range(begin, len(history)):
        args = [f"--{k}={min(max(v, low.get(k, v)), high.get(k, v))}" for k, v in history[i].items()]
        env = dict(os.environ, HPSEARCH_DIR=folder, HPSEARCH_STEP_BUDGET=str(6 * (i + 1)))
        error = train(a, args, seed, folder, env)
        with open(done, "w", encoding="utf-8") as f:
            f.write(str(i + 1))
    return error


def ray_mlp(a, seed, cwd):
    """The mean error of five trainings of the schedule that Ray found, on new seeds."""
    def member(folder, history):
        return intervals(a, folder, history, seed)

    _, history = ray_pbt.play(ray_space(), member, MEMBERS, 10, seed, cwd)
    errors = []
    for k in range(5):
        with tempfile.TemporaryDirectory() as folder:
            errors.append(intervals(a, folder, history, 10**6 + k))
    return statistics.mean(errors)


def bench_mlp(a, cwd):
    with open(a.spec, encoding="utf-8") as f:
        text = f.read().replace('"./mlp"', f'"{a.mlp}"')
    cut = text.index("pbt:\n")
    constant_text = text[:cut].replace("method: pbt", "method: random") + (
        f"max_trials: {MEMBERS}\nparallel: 2\n"
    )
    values = {}
    for seed in range(1, a.mlp_seeds + 1):
        search(a, text, seed, cwd)
        run([a.hpsearch, "rerun-schedule", "s.hpsearch", "-j2", "-q"], cwd)
        with open(f"{cwd}/s.hpsearch/schedule/schedule.json", encoding="utf-8") as f:
            for c in json.load(f)["candidates"]:
                name = c["name"].split(" of trial")[0]
                values.setdefault(name, []).append(c["mean"])
        search(a, constant_text, seed, cwd)
        args = run([a.hpsearch, "best", "s.hpsearch", "-f", "args"], cwd).split()
        values.setdefault(f"the winner of {MEMBERS} random trials", []).append(
            statistics.mean(train(a, args, 10**6 + k, cwd) for k in range(5))
        )
        if ray_pbt:
            values.setdefault("the schedule of " + RAY, []).append(ray_mlp(a, seed, cwd))
    print("\nexamples/mlp: validation error, each the mean of five trainings on new seeds")
    for name, x in values.items():
        line(name, x)


def main():
    p = argparse.ArgumentParser()
    for name in ("hpsearch", "fake", "mlp", "spec"):
        p.add_argument(f"--{name}", required=True)
    p.add_argument("--seeds", type=int, default=10)
    p.add_argument("--mlp-seeds", type=int, default=3)
    a = p.parse_args()
    if ray_pbt:
        ray_pbt.begin()
    with tempfile.TemporaryDirectory() as cwd:
        bench_toy(a, cwd)
        bench_mlp(a, cwd)


main()
