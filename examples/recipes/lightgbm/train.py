"""Boosted trees on a noisy function of six inputs (Friedman's first, 1991)."""
import json
import os

import lightgbm
import numpy


def friedman(n, rng):
    x = rng.random((n, 6))
    y = 10 * numpy.sin(numpy.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2
    return x, y + 10 * x[:, 3] + 5 * x[:, 4] + rng.normal(size=n)


data = numpy.random.default_rng(0)
train = lightgbm.Dataset(*friedman(1000, data))
valid = lightgbm.Dataset(*friedman(1000, data), reference=train)

with open(os.environ["HPSEARCH_CONFIG"]) as file:
    params = {"verbose": -1, "num_threads": 1, **json.load(file)}
params["seed"] = int(os.environ["HPSEARCH_SEED"])


def report(env):
    values = {f"{data}_{name}": value for data, name, value, *_ in env.evaluation_result_list}
    print(json.dumps({"iteration": env.iteration + 1, **values}), flush=True)


lightgbm.train(params, train, num_boost_round=100, valid_sets=[valid], valid_names=["valid"],
               callbacks=[report])
