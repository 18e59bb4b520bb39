"""Fits a straight line through noisy points; its settings stand in files.

    python3 train.py base.toml [changes.json]
"""
import json
import os
import random
import sys
import tomllib


def points(n, rng):
    return [(x, 3 * x - 1 + rng.gauss(0, 0.3)) for x in (rng.uniform(-1, 1) for _ in range(n))]


def mean_square(rows, slope, shift):
    return sum((slope * x + shift - y) ** 2 for x, y in rows) / len(rows)


def merge(config, changes):
    for name, value in changes.items():
        if isinstance(value, dict):
            merge(config.setdefault(name, {}), value)
        else:
            config[name] = value


with open(sys.argv[1], "rb") as file:
    config = tomllib.load(file)
for path in sys.argv[2:]:
    with open(path) as file:
        merge(config, json.load(file))

data, rng = random.Random(0), random.Random(int(os.environ.get("HPSEARCH_SEED", 1)))
train, valid = points(200, data), points(200, data)
weights, speed = [rng.gauss(0, 1), rng.gauss(0, 1)], [0.0, 0.0]
batch, optimizer = config["batch"], config["optimizer"]
for epoch in range(1, config["epochs"] + 1):
    rng.shuffle(train)
    for first in range(0, len(train), batch):
        ahead = optimizer["momentum"] if optimizer["nesterov"] else 0
        at = [w + ahead * v for w, v in zip(weights, speed)]
        errors = [(at[0] * x + at[1] - y, x) for x, y in train[first:first + batch]]
        for i, slope in enumerate((sum(e * x for e, x in errors), sum(e for e, _ in errors))):
            speed[i] = optimizer["momentum"] * speed[i] - optimizer["lr"] * slope / len(errors)
            weights[i] += speed[i]
    print(json.dumps({"epoch": epoch, "val_loss": mean_square(valid, *weights)}), flush=True)
