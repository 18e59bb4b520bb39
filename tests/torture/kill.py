#!/usr/bin/python3
"""Kills the driver with SIGKILL, again and again, and looks whether anything is lost, done
twice or left running.

    KILLS=300 SEED=1 JOBS=2 kill.py      as many kills, spread over searches of every kind
    CASE=17 SEED=1 kill.py               search number 17 alone, its files kept

A case is one search: its kind, its parallelism and every instant of a kill come from the
seed and its number. Half of the instants are times; the other half are system calls ("at
the 417th"), which hit the places between two calls that a clock seldom finds."""
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from subprocess import TimeoutExpired

from common import (FAKE, SHIM, Case, begun, counts, decisions_stand, dice, finished_runs,
                    leftovers, look, must, number, ranking, whole_lines)

# A kind of search: lines of the file; then, where they are not the usual ones: the modes of
# the training, how many trials, seconds between two reports. "timed": with several runs at
# once it depends on the time what follows what, and so does the ranking.
EPOCHS = ["curve", "checkpoint", "stubborn", "burst", "odd-steps", "explode"]
EARLY = "method: random\nkill_grace: 0.05\nearly_terminate: "
KINDS = {
    "grid": {"more": "method: grid\n"},
    "random": {"more": "method: random\n"},
    "sobol": {"more": "method: sobol\n"},
    "random, verified": {"more": "method: random\ntest: {top: 2, repeats: 2}\n"},
    "bayes": {"more": "method: bayes\n", "trials": 14, "timed": True},
    "bayes, deterministic": {"more": "method: bayes\ndeterministic: true\n", "trials": 14},
    "asha": {"more": EARLY + "{type: asha, grace: 1, max_iter: 9, step: epoch}\n",
             "modes": EPOCHS, "trials": 16, "timed": True},
    "asha, promotion": {
        "more": EARLY + "{type: asha, mode: promote, grace: 1, max_iter: 9, step: epoch}\n",
        "modes": EPOCHS, "trials": 12, "timed": True},
    "brackets": {"more": EARLY + "{type: hyperband_brackets, eta: 2, grace: 1, max_iter: 9, "
                                 "step: epoch, control: 0.2}\n",
                 "modes": EPOCHS, "trials": 16, "timed": True},
    "brackets, promotion, verified": {
        "more": EARLY + "{type: hyperband, mode: promote, grace: 1, max_iter: 9, step: epoch, "
                        "control: 0.1}\ntest: {top: 2, repeats: 2}\n",
        "modes": EPOCHS, "trials": 12, "timed": True},
    "median": {"more": EARLY + "{type: median, min_trials: 2, min_steps: 1, max: 2.5}\n",
               "modes": EPOCHS, "trials": 12, "timed": True},
    "hyperband of W&B": {"more": EARLY + "{type: hyperband, min_iter: 1, eta: 2}\n",
                         "modes": EPOCHS, "trials": 12, "timed": True},
    "budget in a parameter": {
        "more": EARLY + "{type: hyperband, resource: {parameter: epochs, min: 1, max: 9}}\n",
        "modes": ["once", "once", "curve"], "trials": 12, "timed": True, "epochs": ""},
    "bayes, cost budget": {
        "more": "method: bayes\nbudget: {cost: 60}\n", "modes": ["cost", "cost", "quadratic"],
        "trials": 14, "timed": True},
    "bayes, asha": {
        "more": EARLY.replace("random", "bayes") +
        "{type: asha, grace: 1, max_iter: 9, step: epoch}\n",
        "modes": EPOCHS, "trials": 14, "timed": True},
}
SPACE = """command: ["{fake}", "${{args}}", --epoch-ms={nap}, {epochs}--sleep-ms={nap}]
metric: {{name: loss}}
parameters:
  mode: {{values: [{modes}], default: {first}}}
  x: {{min: 0.0, max: 1.0, q: 0.2, default: 0.8}}
  y: {{values: [-1, 0, 1], default: 1}}
max_trials: {trials}
repeats: {repeats}
retries: {retries}
"""
MODES = ["quadratic", "curve", "results-file", "preempt", "no-newline", "daemonise"]


class Kind:
    """What is drawn for a case, and the uninterrupted search that it must equal."""

    def __init__(self, name, repeats, retries):
        self.name, self.repeats, self.retries = name, repeats, retries
        self.row = KINDS[name]
        self.trials = self.row.get("trials", 10)
        self.lock = threading.Lock()
        self.done = {}

    def yaml(self):
        modes = self.row.get("modes", MODES)
        epochs = self.row.get("epochs", f"--epochs={3 if modes is MODES else 9}, ")
        first = modes[0]
        modes = modes + (["flaky", "flaky", "crash"] if self.retries else ["infeasible"])
        return SPACE.format(fake=FAKE, modes=", ".join(modes), first=first, nap=2,
                            trials=self.trials, epochs=epochs, repeats=self.repeats,
                            retries=self.retries) + self.row["more"]

    def equal(self, parallel):
        """Must an interrupted search come to the same ranking?"""
        return parallel == 1 or not self.row.get("timed")

    def whole(self, parallel):
        """(exit status, ranking, seconds, executions, calls) of the search in one go."""
        with self.lock:
            if parallel not in self.done:
                case = Case("whole")
                try:
                    self.done[parallel] = self.in_one_go(case, parallel)
                finally:
                    case.close()
            return self.done[parallel]

    def in_one_go(self, case, parallel):
        with open(case.path("s.yaml"), "w") as f:
            f.write(self.yaml())
        start = time.monotonic()
        code = case.run(["s.yaml", f"-j{parallel}", "--out", "s", "-q"],
                        counts=case.path("counts") if SHIM else None)
        must(code in (0, 5), "the uninterrupted search ended with", code, case.said())
        journal = whole_lines(case.path("s", "journal.jsonl"))
        decisions_stand(journal)
        runs = finished_runs(journal)
        must(len(runs) >= self.trials, "only", len(runs), "runs finished")
        return (code, ranking(case.path("s")), time.monotonic() - start,
                len(begun(case.ledger, case.dir)), sum(n for n, _ in list(counts(case.path("counts"))[2].values())[:-3])
                if SHIM else 0)


ALL = [Kind(name, repeats, retries)
       for name in KINDS for repeats, retries in ((1, 0), (2, 2))]


def one_session(case, rng, kind, parallel):
    """Runs hpsearch until it ends or is killed; True: it was killed."""
    _, _, seconds, _, calls = kind.whole(parallel)
    words = ["s.yaml", f"-j{parallel}", "--out", "s", "-q"]
    if rng.random() < 0.5 and SHIM:
        at = 1 + int(rng.random() ** 2 * calls)
        return case.run(words, fault=f"driver any {at} KILL") == -9
    after = rng.random() ** 2 * seconds * 1.2
    p = case.start(words)
    try:
        p.wait(after)
    except TimeoutExpired:
        p.kill()
    return p.wait() == -9


def torture(case, seed, n, kind):
    """Returns the number of kills."""
    rng = dice(seed, n)
    parallel = (1, 4)[n // len(ALL) % 2]
    wanted = rng.randint(2, 9)
    kills = 0
    known = (b"", {}, 0)
    with open(case.path("s.yaml"), "w") as f:
        f.write(kind.yaml())
    while kills < wanted and one_session(case, rng, kind, parallel):
        kills += 1
        if rng.random() < 0.5:  # else the next driver meets what the last one left
            case.nobody_left()
            known = look(case, (*known[:2], len(begun(case.ledger, case.path("s")))))
            decisions_stand(known[0])
    code, whole, _, executions, _ = kind.whole(parallel)
    for _ in range(3):
        got = case.run(["s.yaml", f"-j{parallel}", "--out", "s"])
        if got != 4:  # the failure guard counts by session: three at its start are enough
            break
    must(got == code or (got in (0, 5) and not kind.equal(parallel)), "exit", got,
         "instead of", code, case.said())
    known = look(case, known)
    decisions_stand(known[0])
    case.nobody_left()
    if kind.equal(parallel):
        must(ranking(case.path("s")) == whole, "another ranking than the uninterrupted search")
        # A kill may cost what was under way then, no more. (At -j1 the other repeats of a
        # trial that has failed are not begun.)
        most = executions + kills * parallel + (kind.trials if kind.repeats > 1 else 0)
        must(known[2] <= most, "runs were begun", known[2], "times; at most", most,
             "are to be expected")
    over = {f for f, _ in known[1]}
    expected = {f"trials/{t:04}/r{r}" for t in range(kind.trials)
                for r in range(1 if "modes" in kind.row else kind.repeats)}
    must(expected <= over or "crash" in kind.yaml(), "runs are missing:", expected - over)
    must(not leftovers(case.path("s")), "left behind:", leftovers(case.path("s")))
    for what in "s/results.json", "s":
        must(case.run(["replay", what]) == 0, "replay", what, case.told() + case.said())
    return kills


def one(seed, n, keep):
    kind = ALL[n % len(ALL)]
    case = Case(f"kill.{seed}.{n}")
    failed = True
    try:
        kills = torture(case, seed, n, kind)
        failed = False
        return kills, None
    except Exception as e:  # a file that is not there breaks a promise, too
        return 0, f"case {n} ({kind.name}, repeats {kind.repeats}): {type(e).__name__}: {e}"
    finally:
        case.close(keep or failed)


def main():
    seed, wanted = number("SEED", 1), number("KILLS", 300)
    only = os.environ.get("CASE")
    kills, cases, bad, n = 0, 0, [], 0
    start = time.monotonic()
    if only:
        kills, why = one(seed, int(only), True)
        print(f"case {only}: {kills} kills, {why or 'nothing lost'}")
        return why is not None
    with ThreadPoolExecutor(number("JOBS", 2)) as pool:
        while kills < wanted and len(bad) < 10:
            batch = range(n, n + 2 * len(ALL))
            n = batch.stop
            for k, why in pool.map(lambda i: one(seed, i, False), batch):
                kills += k
                cases += 1
                if why:
                    bad.append(why)
                    print("FAIL", why, f"\n  again: make torture-kill SEED={seed} CASE={why.split()[1]}",
                          flush=True)
    print(f"kill: {kills} kills of {cases} searches (seed {seed}), {len(bad)} failed, "
          f"{time.monotonic() - start:.0f} s")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
