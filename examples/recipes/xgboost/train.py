"""Boosted trees on a noisy function of six inputs (Friedman's first, 1991)."""
import json
import os

import numpy
import xgboost


def friedman(n, rng):
    x = rng.random((n, 6))
    y = 10 * numpy.sin(numpy.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2
    return xgboost.DMatrix(x, y + 10 * x[:, 3] + 5 * x[:, 4] + rng.normal(size=n))


data = numpy.random.default_rng(0)
train, valid = friedman(1000, data), friedman(1000, data)

with open(os.environ["HPSEARCH_CONFIG"]) as file:
    params = {"nthread": 1, **json.load(file), "seed": int(os.environ["HPSEARCH_SEED"])}


class Report(xgboost.callback.TrainingCallback):
    def after_iteration(self, model, epoch, evals_log):
        values = {f"{data}_{name}": values[-1]
                  for data, of in evals_log.items() for name, values in of.items()}
        print(json.dumps({"iteration": epoch + 1, **values}), flush=True)
        return False  # go on


xgboost.train(params, train, num_boost_round=100, evals=[(valid, "valid")], verbose_eval=False,
              callbacks=[Report()])
