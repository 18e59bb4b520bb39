"""Logistic regression by gradient descent, on data made here: standard library only.

    python3 train.py --learning_rate=0.1 --optim.momentum=0.9 --standardize=True

A W&B script prints through wandb.log; this one prints the same dictionaries as JSON.
"""
import argparse
import json
import math
import os
import random


def boolean(text):
    """W&B passes booleans as True and False."""
    return {"true": True, "false": False}[text.lower()]


def settings():
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning_rate", type=float, default=0.01)
    parser.add_argument("--batch_size", type=int, default=32)
    parser.add_argument("--l2", type=float, default=0.0)
    parser.add_argument("--optim.momentum", type=float, default=0.0, dest="momentum")
    parser.add_argument("--standardize", type=boolean, default=False)
    parser.add_argument("--epochs", type=int, default=10)
    return parser.parse_args()


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


def train_epoch(weights, velocity, rows, args):
    for first in range(0, len(rows), args.batch_size):
        batch = rows[first:first + args.batch_size]
        gradient = [args.l2 * w for w in weights]
        for x, y in batch:
            error = (probability(weights, x) - y) / len(batch)
            for i, v in enumerate(x):
                gradient[i] += error * v
            gradient[-1] += error
        for i, g in enumerate(gradient):
            velocity[i] = args.momentum * velocity[i] - args.learning_rate * g
            weights[i] += velocity[i]


def main():
    args = settings()
    data = random.Random(0)
    train, valid, test = make_data(400, data), make_data(400, data), make_data(2000, data)
    split = os.environ.get("HPSEARCH_SPLIT") or "valid"
    name, rows = ("test", test) if split == "test" else ("val", valid)
    if args.standardize:
        train, rows = standardize(train, like=train), standardize(rows, like=train)
    rng = random.Random(int(os.environ.get("HPSEARCH_SEED") or 1))
    weights = [rng.gauss(0, 0.1) for _ in range(13)]
    velocity = [0.0] * 13
    for epoch in range(1, args.epochs + 1):
        rng.shuffle(train)
        train_epoch(weights, velocity, train, args)
        loss, accuracy = evaluate(weights, rows)
        print(json.dumps({"epoch": epoch, f"{name}_loss": round(loss, 6),
                          f"{name}_accuracy": accuracy}), flush=True)


if __name__ == "__main__":
    main()
