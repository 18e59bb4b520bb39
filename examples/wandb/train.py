"""Logistic regression by gradient descent, on data made here, logged with wandb.

    WANDB_MODE=offline python3 train.py

An ordinary W&B script: its settings are in wandb.config, its metrics go to wandb.log. It knows of
hpsearch only to choose between validation and test data, and its seed.
"""
import math
import os
import random

import wandb

DEFAULTS = {"learning_rate": 0.01, "batch_size": 32, "l2": 0.0, "optim.momentum": 0.0,
            "standardize": False, "epochs": 10}


def make_data(n, rng):
    """Twelve inputs of very different scales; four of them decide, one label in ten lies."""
    weights = [1.5, -2.0, 1.0, 0.7] + [0.0] * 8
    scales = [10.0 ** (i % 4 - 2) for i in range(12)]
    rows = []
    for _ in range(n):
        x = [rng.gauss(0, 1) for _ in weights]
        label = sum(w * v for w, v in zip(weights, x)) + 0.5 > 0
        if rng.random() < 0.1:
            label = not label
        rows.append(([v * s for v, s in zip(x, scales)], int(label)))
    return rows


def standardize(rows, like):
    columns = list(zip(*(x for x, _ in like)))
    means = [sum(c) / len(c) for c in columns]
    spreads = [math.sqrt(sum((v - m) ** 2 for v in c) / len(c))
               for c, m in zip(columns, means)]
    return [([(v - m) / s for v, m, s in zip(x, means, spreads)], y) for x, y in rows]


def probability(weights, x):
    score = weights[-1] + sum(w * v for w, v in zip(weights, x))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def evaluate(weights, rows):
    loss = correct = 0
    for x, y in rows:
        p = probability(weights, x)
        loss -= math.log(p if y else 1 - p)
        correct += (p > 0.5) == bool(y)
    return loss / len(rows), correct / len(rows)


def train_epoch(weights, velocity, rows, config):
    for first in range(0, len(rows), config.batch_size):
        batch = rows[first:first + config.batch_size]
        gradient = [config.l2 * w for w in weights]
        for x, y in batch:
            error = (probability(weights, x) - y) / len(batch)
            for i, v in enumerate(x):
                gradient[i] += error * v
            gradient[-1] += error
        for i, g in enumerate(gradient):
            velocity[i] = config["optim.momentum"] * velocity[i] - config.learning_rate * g
            weights[i] += velocity[i]


def main():
    run = wandb.init(project="logistic-regression", config=DEFAULTS)
    config = run.config
    data = random.Random(0)
    train, valid, test = make_data(400, data), make_data(400, data), make_data(2000, data)
    split = os.environ.get("HPSEARCH_SPLIT") or "valid"
    name, rows = ("test", test) if split == "test" else ("val", valid)
    if config.standardize:
        train, rows = standardize(train, like=train), standardize(rows, like=train)
    rng = random.Random(int(os.environ.get("HPSEARCH_SEED") or 1))
    weights = [rng.gauss(0, 0.1) for _ in range(13)]
    velocity = [0.0] * 13
    for epoch in range(1, config.epochs + 1):
        rng.shuffle(train)
        train_epoch(weights, velocity, train, config)
        loss, accuracy = evaluate(weights, rows)
        wandb.log({"epoch": epoch, f"{name}_loss": loss, f"{name}_accuracy": accuracy})
    run.finish()


if __name__ == "__main__":
    main()
