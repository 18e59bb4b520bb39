#!/usr/bin/env python3
"""Early stopping against its price: hpsearch and its peers over the same learning curves.

Question: how many epochs until a fully trained configuration is as good as what plain
random search has after N full trainings? Printed as a share of N x R epochs.

    problem   R epochs per full training; values are minimized. cnn: 265 recorded trainings
              of a convolutional network; mlp: trainings of examples/mlp, recorded when this
              is run; lcbench: eight tasks of a surrogate of recorded trainings, where any
              configuration can be asked.
    target    the median, over all draws, of the best final value among N random
              configurations: the quantile 1 - 0.5 ** (1 / N) of the final values. So random
              search needs N x R epochs in the median, by definition.
    reached   when a configuration has been trained for all R epochs and ends at or below the
              target. A stopped training never counts, whatever it had shown.
    learning  bayes and TPE play the surrogates only: a row's number says nothing.
    cost      epochs really played, by all workers together, in simulated time: every epoch
              takes one unit. Paused trainings go on where they were (a checkpoint).
    budget    1.5 x N x R epochs; who has not reached the target by then counts as infinite.
    regret    (best final value at a budget - best known) / (target - best known): 0 is the
              best configuration, 1 the target.
    seeds     the same number for each; medians over seeds; the summary is the geometric mean
              of the medians over the problems of a family, and says how many seeds reached.

The peers are driven by ask and tell, with the defaults that their documentation gives, and
a second time with the first rung and the factor that hpsearch has by default (a tenth of R,
3). What is drawn at random is drawn without repetition and in the same order by everybody.
"""
import argparse
import ctypes
import importlib.util
import json
import math
import os
import random
import subprocess
import sys
import tempfile

TENTHS = 15
POOL = 2000


class Problem:
    """name, family, steps (R); space: [(name, kind, low, high, log, values)], None: a table."""

    def __init__(self, name, family, steps):
        self.name, self.family, self.steps = name, family, steps


class Table(Problem):
    """Recorded trainings. Drawn in an order of the seed's, the same one for everybody."""

    def __init__(self, name, family, rows, folder):
        super().__init__(name, family, len(rows[0]))
        import numpy
        self.rows = self.all = numpy.array(rows, dtype=float)
        self.space = [("i", "int", 0, len(rows) - 1, False, None)]
        self.file = os.path.join(folder, name + ".table")
        self.best = float(self.rows[:, -1].min())

    def shuffle(self, seed):
        order = list(range(len(self.all)))
        random.Random(seed).shuffle(order)
        self.rows = self.all[order]
        self.rows.tofile(self.file)

    def words(self):
        return ["table", self.file, str(len(self.rows)), str(self.steps)]

    def curve(self, config):
        return self.rows[int(config["i"])]

    def finals(self):
        return sorted(self.rows[:, -1])


class Surrogate(Problem):
    def __init__(self, name, family, prob, data, library):
        super().__init__(name, family, 50)
        self.prob, self.reader = prob, library
        self.space = []
        for line in open(prob):
            word = line.split()
            if word[0] == "YSUR":
                self.model = os.path.join(data, word[1])
                number = [int(float(x)) for x in word[2:]]
                n_cont, self.target, self.cat = number[1], number[2], number[4]
                rest, self.source = word[7:], []
                while len(self.source) < n_cont:
                    k = int(rest.pop(0))
                    self.source.append((k, float(rest.pop(0)) if k < 0 else None))
            elif word[0] == "DIR":
                self.sign = -1 if word[1] == "max" else 1
            elif word[0] == "P":
                kind = {"0": "float", "1": "list", "3": "int"}[word[2]]
                n = int(word[6])
                self.space.append((word[1], kind, float(word[4]), float(word[5]),
                                   word[3] == "1", [float(x) for x in word[7:7 + n]]))
        self.lib = ctypes.CDLL(library)
        self.lib.ysur_load.restype = ctypes.c_void_p
        self.handle = ctypes.c_void_p(self.lib.ysur_load(self.model.encode()))
        self.out = (ctypes.c_float * 64)()
        self.known = None

    def words(self):
        return ["ysur", self.reader, self.model, self.prob, str(self.steps)]

    def value(self, config, step):
        cont = (ctypes.c_float * len(self.source))()
        for i, (k, fixed) in enumerate(self.source):
            cont[i] = fixed if k < 0 else float(config[self.space[k][0]])
        cont[0] = step + 1
        cat = (ctypes.c_int32 * 1)(self.cat)
        self.lib.ysur_eval(self.handle, cat, cont, self.out)
        return self.sign * float(self.out[self.target])

    def curve(self, config):
        return [self.value(config, s) for s in range(1, self.steps + 1)]

    def draw(self, rng):
        config = {}
        for name, kind, low, high, log, values in self.space:
            if kind == "list":
                config[name] = rng.choice(values)
            elif kind == "int":
                low_, high_ = (math.log(low), math.log(high)) if log else (low, high)
                x = rng.uniform(low_, high_)
                config[name] = round(math.exp(x) if log else x)
            elif log:
                config[name] = math.exp(rng.uniform(math.log(low), math.log(high)))
            else:
                config[name] = rng.uniform(low, high)
        return config

    def pool(self, folder):
        """Random configurations, recorded: what is drawn at random is drawn from these."""
        rng = random.Random(0)
        rows = [self.curve(self.draw(rng)) for _ in range(POOL)]
        return Table(self.name, self.family, rows, folder)


def learns(method):
    return "bayes" in method[0] or "TPE" in method[0]


def target_of(problem, n):
    finals = problem.finals()
    return finals[min(int((1 - 0.5 ** (1 / n)) * len(finals)), len(finals) - 1)]


# --- playing: one result per seed: (epochs to the target, [best after each tenth]) ---

class Score:
    def __init__(self, problem, budget, target):
        self.problem, self.budget, self.target = problem, budget, target
        self.epochs, self.reach, self.best_now = 0, math.inf, math.inf
        self.best = [math.inf] * TENTHS

    def epoch(self, step, value):
        self.epochs += 1
        if step == self.problem.steps and value < self.best_now:
            self.best_now = value
            if value <= self.target and self.reach == math.inf:
                self.reach = self.epochs
        for i in range(TENTHS):
            if self.epochs <= self.budget / 10 * (i + 1) + 1e-9:
                self.best[i] = self.best_now

    def over(self):
        return self.epochs >= self.budget * TENTHS / 10


def play(score, workers, ask, report, done):
    """ask() -> (handle, curve, step to go on from); report(handle, step, value) -> False: it
    ends here; done(handle): it came to its end. Every epoch takes one unit of time."""
    running = [None] * workers
    while not score.over():
        for w in range(workers):
            if running[w] is None:
                new = ask()
                running[w] = list(new) if new else None
        if not any(running):
            break  # every recorded training has been drawn
        for w in range(workers):
            if running[w] is None or score.over():
                continue
            handle, curve, step = running[w]
            step += 1
            running[w][2] = step
            score.epoch(step, curve[step - 1])
            if not report(handle, step, curve[step - 1]):
                running[w] = None
            elif step == len(curve):
                done(handle)
                running[w] = None
    return score.reach, score.best


def run_optuna(problem, make_pruner, sampler, seed, workers, score):
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    import warnings
    warnings.filterwarnings("ignore")
    samplers = {"random": lambda: optuna.samplers.RandomSampler(seed=seed),
                "tpe": lambda: optuna.samplers.TPESampler(seed=seed)}
    study = optuna.create_study(sampler=samplers[sampler](),
                                pruner=make_pruner(optuna, problem.steps))
    order = list(range(len(problem.rows)))[::-1] if isinstance(problem, Table) else None

    def ask():
        if order is not None:
            if not order:
                return None
            study.enqueue_trial({"i": order.pop()})
        trial, config = study.ask(), {}
        for name, kind, low, high, log, values in problem.space:
            if kind == "list":
                config[name] = trial.suggest_categorical(name, values)
            elif kind == "int":
                config[name] = trial.suggest_int(name, int(low), int(high), log=log)
            else:
                config[name] = trial.suggest_float(name, low, high, log=log)
        return trial, problem.curve(config), 0

    def report(trial, step, value):
        trial.report(value, step)
        if step < problem.steps and trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            return False
        if step == problem.steps:
            study.tell(trial, value)
        return True

    return play(score, workers, ask, report, lambda trial: None)


def run_syne_tune(problem, options, seed, workers, score):
    import datetime
    import logging
    logging.disable(logging.WARNING)
    from syne_tune.backend.trial_status import Trial
    from syne_tune.config_space import choice, loguniform, lograndint, randint, uniform
    from syne_tune.optimizer.baselines import ASHA
    from syne_tune.optimizer.scheduler import SchedulerDecision
    space = {}
    for name, kind, low, high, log, values in problem.space:
        if kind == "list":
            space[name] = choice(values)
        elif kind == "int":
            space[name] = (lograndint if log else randint)(int(low), int(high))
        else:
            space[name] = (loguniform if log else uniform)(low, high)
    points = None
    if isinstance(problem, Table):
        points = [{"i": i} for i in range(len(problem.rows))]
    asha = ASHA(space, metric="value", time_attr="epoch", max_t=problem.steps,
                random_seed=seed, points_to_evaluate=points, **options)
    count = [0]

    def ask():
        if points and count[0] == len(points):
            return None
        suggestion = asha.suggest()
        if suggestion is None:
            return None
        trial = Trial(count[0], suggestion.config, datetime.datetime.now())
        count[0] += 1
        asha.on_trial_add(trial)
        return trial, problem.curve(suggestion.config), 0

    def report(trial, step, value):
        result = {"value": float(value), "epoch": step}
        if step == problem.steps:
            asha.on_trial_complete(trial, result)
            return True
        if asha.on_trial_result(trial, result) != SchedulerDecision.CONTINUE:
            asha.on_trial_remove(trial)
            return False
        return True

    return play(score, workers, ask, report, lambda trial: None)


def yaml_of(problem, method, early):
    def parameter(name, kind, low, high, log, values):
        if kind == "list":
            return "%s: {values: %s}" % (name, [int(v) if v == int(v) else v for v in values])
        if kind == "int":
            return "%s: {min: %d, max: %d%s}" % (name, low, high, ", log: true" if log else "")
        return "%s: {min: %r, max: %r%s}" % (name, low, high, ", log: true" if log else "")

    lines = ["command: [x, '${args}']", "method: " + method,
             "metric: {name: value, goal: minimize}", "max_trials: 1000000", "parameters:"]
    lines += ["  " + parameter(*p) for p in problem.space]
    if early:
        lines.append("early_terminate: {step: epoch, max_iter: %d, %s}" % (problem.steps, early))
    return "\n".join(lines) + "\n"


def run_hpsearch(program, problem, method, early, seed, workers, score, folder):
    path = os.path.join(folder, "space.yaml")
    with open(path, "w") as f:
        f.write(yaml_of(problem, method, early))
    out = subprocess.run([program, path, str(seed + 1), str(workers), str(score.budget),
                          repr(float(score.target))] + problem.words(),
                         stdout=subprocess.PIPE, check=True).stdout.split()
    return float(out[0]), [float(x) for x in out[2:]]


# --- who plays ---

def methods(args):
    """(label, kind, …); kind hpsearch: method, early; optuna: pruner, sampler; syne: options"""
    own = [("hpsearch random", "hpsearch", "random", None),
           ("hpsearch random + asha (stop)", "hpsearch", "random", "type: asha"),
           ("hpsearch random + asha (promote)", "hpsearch", "random",
            "type: asha, mode: promote"),
           ("hpsearch random + brackets (stop)", "hpsearch", "random",
            "type: hyperband_brackets"),
           ("hpsearch random + brackets (promote)", "hpsearch", "random",
            "type: hyperband_brackets, mode: promote"),
           ("hpsearch random + median", "hpsearch", "random", "type: median")]
    if args.bayes:
        own += [("hpsearch bayes", "hpsearch", "bayes", None),
                ("hpsearch bayes + asha (promote)", "hpsearch", "bayes",
                 "type: asha, mode: promote"),
                ("hpsearch bayes + asha (stop)", "hpsearch", "bayes", "type: asha")]
    own += [("hpsearch random + {%s}" % e, "hpsearch", "random", e) for e in args.early]
    grace = lambda r: max(1, round(r / 10))  # noqa: E731
    peers = [
        ("Optuna random + Hyperband", "optuna",
         lambda o, r: o.pruners.HyperbandPruner(max_resource=r), "random"),
        ("Optuna random + Hyperband, our grace", "optuna",
         lambda o, r: o.pruners.HyperbandPruner(min_resource=grace(r), max_resource=r,
                                                reduction_factor=3), "random"),
        ("Optuna random + SuccessiveHalving", "optuna",
         lambda o, r: o.pruners.SuccessiveHalvingPruner(), "random"),
        ("Optuna random + SuccessiveHalving, our grace", "optuna",
         lambda o, r: o.pruners.SuccessiveHalvingPruner(min_resource=grace(r),
                                                        reduction_factor=3), "random"),
        ("Optuna random + Median", "optuna", lambda o, r: o.pruners.MedianPruner(), "random"),
        ("Syne Tune ASHA", "syne", {}),
        ("Syne Tune ASHA, our grace", "syne", "grace"),
    ]
    if args.tpe:
        peers += [("Optuna TPE + Hyperband", "optuna",
                   lambda o, r: o.pruners.HyperbandPruner(max_resource=r), "tpe")]
    for kind, package in (("optuna", "optuna"), ("syne", "syne_tune")):
        if importlib.util.find_spec(package) is None:
            peers = [m for m in peers if m[1] != kind]
    wanted = own + ([] if args.no_peers else peers)
    return [m for m in wanted if not args.only or any(w in m[0] for w in args.only)]


def run(method, problem, seed, workers, score, args, folder):
    if isinstance(problem, Table):
        problem.shuffle(seed)
        if method[2] == "random":  # in the order of the rows, which is random
            method = (method[0], method[1], "grid", method[3])
    if method[1] == "hpsearch":
        return run_hpsearch(args.program, problem, method[2], method[3], seed, workers, score,
                            folder)
    if method[1] == "optuna":
        return run_optuna(problem, method[2], method[3], seed, workers, score)
    options = method[2]
    if options == "grace":
        options = {"grace_period": max(1, round(problem.steps / 10)), "reduction_factor": 3}
    return run_syne_tune(problem, options, seed, workers, score)


# --- the problems ---

def cnn_table(data, folder):
    rows = []
    with open(os.path.join(data, "cnn_cifar10_curves", "curves.csv")) as f:
        head = next(f).strip().split(",")
        at = [i for i, name in enumerate(head) if name.startswith("err_")]
        for line in f:
            word = line.strip().split(",")
            curve = [float(word[i]) for i in at]
            if all(math.isfinite(x) for x in curve):
                rows.append(curve)
    return Table("cnn", "cnn", rows, folder)


def mlp_table(args, folder):
    """Trainings of examples/mlp, made by hpsearch itself and kept under build/."""
    cache = os.path.join(args.cache, "mlp")
    results = os.path.join(cache, "results.json")
    if not os.path.exists(results):
        text = open(os.path.join(args.source, "examples", "mlp", "space.yaml")).read()
        space = os.path.join(folder, "mlp.yaml")
        with open(space, "w") as f:
            f.write(text[:text.index("\ntest:") + 1])
        subprocess.run([args.hpsearch, space, "-q", "-j2", "-n", str(args.mlp), "--out", cache,
                        "--seed", "77", "--set", "method=random",
                        "--command", args.mlp_program + " ${args}"],
                       check=True, stdout=subprocess.DEVNULL)
    trials = json.load(open(results))["trials"]
    rows = [[v for _, v in t["runs"][0]["reports"]] for t in trials if t["outcome"] == "ok"]
    return Table("mlp", "mlp", [r for r in rows if len(r) == len(rows[0])], folder)


def lcbench(data, args):
    library = os.path.join(args.cache, "ysur.so")
    subprocess.run(["cc", "-O3", "-ffast-math", "-shared", "-fPIC", "-o", library,
                    os.path.join(data, "ysur.c"), "-lm"], check=True)
    names = sorted(n for n in os.listdir(os.path.join(data, "prob")) if n.startswith("lcbench"))
    return [Surrogate(n[:-5], "lcbench", os.path.join(data, "prob", n), data, library)
            for n in names[:args.tasks]]


def median(list_):
    list_ = sorted(list_)
    n = len(list_)
    return list_[n // 2] if n % 2 else (list_[n // 2 - 1] + list_[n // 2]) / 2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--n", type=int, default=40, help="full trainings of random search")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 4])
    parser.add_argument("--data", default="../shared/benchdata")
    parser.add_argument("--cache", required=True)
    parser.add_argument("--source", default=".")
    parser.add_argument("--program", required=True, help="early, of early.c")
    parser.add_argument("--hpsearch", required=True)
    parser.add_argument("--mlp-program", required=True)
    parser.add_argument("--mlp", type=int, default=400, help="trainings to record")
    parser.add_argument("--families", nargs="*", default=["cnn", "mlp", "lcbench"])
    parser.add_argument("--tasks", type=int, default=8, help="of lcbench, the first so many")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--early", nargs="*", default=[], help="more rules to play, in YAML")
    parser.add_argument("--bayes", action="store_true")
    parser.add_argument("--tpe", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    os.makedirs(args.cache, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        problems, surrogates = [], {}
        if "cnn" in args.families and os.path.isdir(args.data):
            problems.append(cnn_table(args.data, folder))
        if "mlp" in args.families:
            problems.append(mlp_table(args, folder))
        if "lcbench" in args.families and os.path.isdir(args.data):
            surrogates = {p.name: p for p in lcbench(args.data, args)}
            problems += [p.pool(folder) for p in surrogates.values()]
        if not os.path.isdir(args.data):
            print("skipped: no curves in %s" % args.data)
        for package in ("optuna", "syne_tune"):
            if not args.no_peers and importlib.util.find_spec(package) is None:
                print("skipped: there is no %s" % package)
        targets = {p.name: target_of(p, args.n) for p in problems}
        for workers in args.workers:
            table(problems, surrogates, targets, workers, args, folder)


def table(problems, surrogates, targets, workers, args, folder):
    families = [f for f in ("cnn", "mlp", "lcbench") if any(p.family == f for p in problems)]
    print("\n%d worker%s, N = %d, %d seeds: median cost to reach the target, of N full trainings"
          % (workers, "s" if workers > 1 else "", args.n, args.seeds))
    print("%-46s" % "" + "".join("%28s" % f for f in families))
    print("%-46s" % "" + "".join("%28s" % "cost  reached   regret .3 / 1" for f in families))
    for method in methods(args):
        cells = []
        for family in families:
            costs, reached, early, late, n = [], 0, [], [], 0
            if family != "lcbench" and learns(method):
                cells.append("-")  # nothing to learn from the number of a row
                continue
            for p in (p for p in problems if p.family == family):
                if learns(method):
                    surrogates[p.name].best, p = p.best, surrogates[p.name]
                full = args.n * p.steps
                got = [run(method, p, s, workers, Score(p, full, targets[p.name]), args, folder)
                       for s in range(args.seeds)]
                cost = median([g[0] / full for g in got])
                costs.append(cost)
                n += len(got)
                reached += sum(math.isfinite(g[0]) for g in got)
                span = targets[p.name] - p.best
                early.append(median([(g[1][2] - p.best) / span for g in got]))
                late.append(median([(g[1][9] - p.best) / span for g in got]))
                if args.verbose:
                    print("  %s %s: %.3f" % (method[0], p.name, cost), file=sys.stderr)
            mean = math.exp(sum(math.log(c) for c in costs) / len(costs)) \
                if all(map(math.isfinite, costs)) else math.inf
            cells.append("%6.2f  %3d/%-3d  %5.2f / %4.2f"
                         % (mean, reached, n, median(early), median(late)))
        print("%-46s" % method[0] + "".join("%28s" % c for c in cells), flush=True)


if __name__ == "__main__":
    main()
