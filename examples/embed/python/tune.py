#!/usr/bin/env python3
"""Where does a noisy valley have its floor? A search inside a Python program."""
import random

from hpsearch import Search

SPACE = """
method: bayes
max_trials: 25
metric: {name: depth, goal: minimize}
parameters:
  x: {min: -2.0, max: 2.0}
  y: {min: -1.0, max: 3.0}
"""


def train(run):
    """Ten steps, each measured better than the one before."""
    noise = random.Random(run.seed)
    x, y = run.params["x"], run.params["y"]
    for step in range(1, 11):
        depth = (1 - x) ** 2 + (y - x * x) ** 2 + noise.gauss(0, 0.1 / step)
        if run.report(step, depth) != "continue":
            return
    run.tell(depth)


with Search(SPACE) as search:
    for run in search:
        train(run)
    search.save("results.json")
    params, depth = search.best()
    print(f"{search.why()}\nbest: {params} with {depth:.4f}")
