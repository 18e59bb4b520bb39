#!/usr/bin/env python3
"""Population based training beside constant parameters and Ray Tune's rule.

    pbt.py --hpsearch H --fake FAKE_TRAIN --mlp MLP --spec examples/mlp/pbt.yaml
           [--seeds 10] [--mlp-seeds 3]

The toy is stochastic descent on a quadratic (fake_train descent): after t epochs of the best
rate, which falls as 1/(t + 1), the loss is 1/(t + 1); the best constant rate is known too.
Every method has the price of eight whole trainings of 20 epochs. Ray Tune's
PopulationBasedTraining is not installed: what stands beside hpsearch is its published rule
(quantile_fraction 0.25, resample_probability 0.25, factors 0.8 and 1.2, the latest scores of
all trials compared), written down here and run on the same toy, all members in step.
The network is examples/mlp: what a population found is trained afresh on new seeds
(hpsearch rerun-schedule), beside the constant parameters of that population, the defaults,
and the winner of eight whole random trials, trained on as many new seeds.
Means over seeds, with standard errors.
"""
import argparse
import json
import math
import os
import random
import statistics
import subprocess
import tempfile

EPOCHS, INTERVAL, MEMBERS, LOW, HIGH = 20, 2, 8, 0.01, 1.0


def epoch(v, lr):
    return (1 - lr) ** 2 * v + lr**2


def constant(lr):
    v = 1.0
    for _ in range(EPOCHS):
        v = epoch(v, lr)
    return v


def draw(rng):
    return math.exp(rng.uniform(math.log(LOW), math.log(HIGH)))


def ray_rule(seed):
    """The loss of the best member at the end."""
    rng = random.Random(seed)
    members = [[draw(rng), 1.0] for _ in range(MEMBERS)]
    for _ in range(0, EPOCHS, INTERVAL):
        for m in members:
            for _ in range(INTERVAL):
                m[1] = epoch(m[1], m[0])
        order = sorted(range(MEMBERS), key=lambda i: members[i][1])
        cut = math.ceil(0.25 * MEMBERS)
        best = [list(members[i]) for i in order[:cut]]
        for i in order[-cut:]:
            lr, v = rng.choice(best)
            lr = draw(rng) if rng.random() < 0.25 else lr * rng.choice([0.8, 1.2])
            members[i] = [lr, v]
    # What was changed after the last interval has not been trained with.
    return min(m[1] for m in members)


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
    line("Ray Tune's rule (written down, not Ray)", [ray_rule(s) for s in range(1, 201)])


def train(a, args, seed, cwd):
    """The metric of the example: the mean of the last three errors."""
    env = dict(os.environ, HPSEARCH_SEED=str(seed))
    out = run([a.mlp, *args, "--width=64", "--layers=2"], cwd, env)
    errors = [json.loads(x)["val_error"] for x in out.splitlines()]
    return statistics.mean(errors[-3:])


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
    with tempfile.TemporaryDirectory() as cwd:
        bench_toy(a, cwd)
        bench_mlp(a, cwd)


main()
