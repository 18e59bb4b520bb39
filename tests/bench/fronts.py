#!/usr/bin/env python3
"""What a search by several objectives covers, beside Optuna, on functions with known fronts.

The functions, their reference points and the share of the front's hypervolume that is covered
are those of fronts.c. Each program is asked for one configuration after the other, with the
defaults that its documentation gives, and the same seeds; limits are told to Optuna as
constraints.

    bayes, sobol, random    hpsearch's
    nsga2, tpe, gp          optuna's NSGAIISampler, TPESampler, GPSampler
    qlognehvi               BoTorch's qLogNoisyExpectedHypervolumeImprovement: a SingleTaskGP
                            of every number as its tutorial has it, 2 d + 2 Sobol points first,
                            and the function's own reference point

Printed: the mean over the seeds of log10 (1 - covered), with the floor 0.0001, and its
standard error, behind 30, 60 and 100 trials; then the same over all the functions, and the
difference to bayes, paired by function and seed.

Results are kept in CACHE.jsonl, one line per program, function and seed: a run that was
interrupted goes on where it was.
"""
import argparse
import importlib.util
import json
import os
import math
import statistics
import subprocess
import sys
import warnings

MARKS = [30, 60, 100]
PROBLEMS = "zdt1 zdt2 zdt3 dtlz2 dtlz2_3 dtlz7 c2dtlz2 bnh".split()
OTHERS = "zdt6 vlmop2 branin_currin constr srinivas".split()
OURS, THEIRS, BOTORCH = ["bayes", "sobol"], ["nsga2", "tpe", "gp"], ["qlognehvi"]


def ours(program, problem, method, seed, trials):
    out = subprocess.run([program, "-p", problem, "-m", method, "-t", str(trials), "-s",
                          str(seed)], capture_output=True, text=True, check=True).stdout
    return json.loads(out)["volumes"]


def theirs(program, problem, method, seed, trials):
    import optuna
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    served, volumes = Served(program, problem), []
    about = served.about
    options = {"seed": seed}
    if about["limits"]:
        options["constraints_func"] = lambda trial: trial.user_attrs["excess"]
    kind = {"nsga2": "NSGAIISampler", "tpe": "TPESampler", "gp": "GPSampler"}[method]
    study = optuna.create_study(directions=["minimize"] * about["m"],
                                sampler=getattr(optuna.samplers, kind)(**options))

    def objective(trial):
        x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(about["d"])]
        y, covered = served.at(x)
        trial.set_user_attr("excess", y[about["m"]:])
        volumes.append(covered)
        return y[:about["m"]]

    study.optimize(objective, n_trials=trials)
    served.close()
    return volumes


class Served:
    """A function of fronts.c, for who asks."""

    def __init__(self, program, problem):
        self.server = subprocess.Popen([program, "-e", problem], text=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.about = json.loads(self.server.stdout.readline())

    def at(self, x):
        """Objectives, excesses, what is covered so far."""
        self.server.stdin.write(" ".join(repr(float(v)) for v in x) + "\n")
        self.server.stdin.flush()
        *y, covered = map(float, self.server.stdout.readline().split())
        return y, covered

    def close(self):
        self.server.stdin.close()
        self.server.wait()


def botorch(program, problem, method, seed, trials):
    import torch
    from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
    from botorch.acquisition.multi_objective.objective import IdentityMCMultiOutputObjective
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import ModelListGP, SingleTaskGP
    from botorch.models.transforms import Standardize
    from botorch.optim import optimize_acqf
    from botorch.sampling.normal import SobolQMCNormalSampler
    from botorch.utils.sampling import draw_sobol_samples
    from gpytorch.mlls import SumMarginalLogLikelihood
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    served, volumes = Served(program, problem), []
    d, m, limits = (served.about[k] for k in ("d", "m", "limits"))
    ref = [-r for r in served.about["ref"]]
    bounds = torch.stack([torch.zeros(d), torch.ones(d)]).double()
    x = draw_sobol_samples(bounds, n=2 * d + 2, q=1, seed=seed).squeeze(1)
    rows = []
    while len(rows) < trials:
        if len(rows) >= len(x):
            y = torch.tensor(rows).double()
            models = [SingleTaskGP(x, y[:, k:k + 1] * (-1 if k < m else 1),
                                   outcome_transform=Standardize(1)) for k in range(m + limits)]
            model = ModelListGP(*models)
            fit_gpytorch_mll(SumMarginalLogLikelihood(model.likelihood, model))
            within = [lambda z, k=k: z[..., k] for k in range(m, m + limits)]
            acquire = qLogNoisyExpectedHypervolumeImprovement(
                model, ref, x, sampler=SobolQMCNormalSampler(torch.Size([128]), seed=seed),
                objective=IdentityMCMultiOutputObjective(outcomes=list(range(m))),
                constraints=within or None, prune_baseline=True)
            one, _ = optimize_acqf(acquire, bounds, q=1, num_restarts=10, raw_samples=512,
                                   options={"batch_limit": 5, "maxiter": 200})
            x = torch.cat([x, one.detach()])
        y, covered = served.at(x[len(rows)].tolist())
        rows.append(y)
        volumes.append(covered)
    served.close()
    return volumes


def missing(volumes, n):
    return math.log10(max(1 - volumes[n - 1], 1e-4))


def cell(values):
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return f"{statistics.mean(values):6.2f}±{error:.2f}"


def table(kept, problems, seeds, peers, marks):
    print("log10 of the share of the hypervolume that is missing; mean ± standard error")
    print("function".ljust(13), "program".ljust(9), *(f"{m:>11}" for m in marks))
    for problem in problems + ["all"]:
        for peer in peers:
            runs = [kept[peer, p, s] for p in ([problem] if problem != "all" else problems)
                    for s in seeds if (peer, p, s) in kept]
            if runs:
                print(problem.ljust(13), peer.ljust(9),
                      *(f"{cell([missing(v, m) for v in runs]):>11}" for m in marks))
    for peer in peers:
        both = [(kept["bayes", p, s], kept[peer, p, s]) for p in problems for s in seeds
                if peer != "bayes" and ("bayes", p, s) in kept and (peer, p, s) in kept]
        if both:
            print("bayes less".ljust(13), peer.ljust(9),
                  *(f"{cell([missing(a, m) - missing(b, m) for a, b in both]):>11}"
                    for m in marks), f"({len(both)} pairs)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--seeds", default="0-9")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--problems", nargs="*", default=PROBLEMS + OTHERS)
    parser.add_argument("--peers", nargs="*", default=OURS + THEIRS + BOTORCH)
    o = parser.parse_args()
    first, _, last = o.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    there = {"tpe": ["optuna"], "nsga2": ["optuna"], "gp": ["optuna", "torch", "scipy"],
             "qlognehvi": ["botorch"]}
    peers = []
    for peer in o.peers:
        lacks = [m for m in there.get(peer, []) if not importlib.util.find_spec(m)]
        if lacks:
            print(f"{peer} is left out: there is no {', '.join(lacks)}", file=sys.stderr)
        else:
            peers.append(peer)
    kept = {}
    try:
        with open(o.cache + ".jsonl", encoding="utf-8") as f:
            for line in f:
                r = json.loads(line)
                if len(r["volumes"]) >= o.trials:
                    kept[r["peer"], r["problem"], r["seed"]] = r["volumes"]
    except FileNotFoundError:
        pass
    os.makedirs(os.path.dirname(o.cache) or ".", exist_ok=True)
    with open(o.cache + ".jsonl", "a", encoding="utf-8") as f:
        for seed in seeds:
            for problem in o.problems:
                for peer in peers:
                    if (peer, problem, seed) in kept:
                        continue
                    play = (theirs if peer in THEIRS else botorch if peer in BOTORCH
                            else ours)
                    v = play(o.program, problem, peer, seed, o.trials)
                    v += v[-1:] * (o.trials - len(v))
                    kept[peer, problem, seed] = v
                    f.write(json.dumps({"peer": peer, "problem": problem, "seed": seed,
                                        "volumes": v}) + "\n")
                    f.flush()
    table(kept, o.problems, seeds, peers, [m for m in MARKS if m <= o.trials] or [o.trials])


if __name__ == "__main__":
    main()
