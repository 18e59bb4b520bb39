"""Tells two half moons apart: logistic regression on random features, in Python alone.

    python3 train.py --width=32 --learning_rate=0.1

One line of JSON per epoch. HPSEARCH_SEED draws the features and the order of the points, never the
points; HPSEARCH_SPLIT says which of them the accuracy is of: valid (the default) or test.
"""
import argparse
import json
import math
import os
import random

EPOCHS, TRAIN, HELD = 8, 300, 200


def moons(n, seed):
    """n points (x, y, which) with noise."""
    draw = random.Random(seed)
    points = []
    for i in range(n):
        angle, which = math.pi * draw.random(), i % 2
        x = 1 - math.cos(angle) if which else math.cos(angle)
        y = 0.5 - math.sin(angle) if which else math.sin(angle)
        points.append((x + draw.gauss(0, 0.2), y + draw.gauss(0, 0.2), which))
    return points


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--learning_rate", type=float, default=0.1)
    o = parser.parse_args()
    draw = random.Random(int(os.environ.get("HPSEARCH_SEED", "0")))
    split = os.environ.get("HPSEARCH_SPLIT", "valid")
    train, held = moons(TRAIN, 1), moons(HELD, 2 if split == "valid" else 3)
    planes = [(draw.gauss(0, 2), draw.gauss(0, 2), draw.gauss(0, 2)) for _ in range(o.width)]
    weights = [0.0] * (o.width + 1)

    def features(x, y):
        return [math.tanh(a * x + b * y + c) for a, b, c in planes] + [1.0]

    def score(f):
        return sum(w * v for w, v in zip(weights, f))

    train = [(features(x, y), which) for x, y, which in train]
    held = [(features(x, y), which) for x, y, which in held]
    for epoch in range(1, EPOCHS + 1):
        draw.shuffle(train)
        for f, which in train:
            z = max(-500.0, min(500.0, score(f)))
            step = o.learning_rate * (which - 1 / (1 + math.exp(-z)))
            for i, v in enumerate(f):
                weights[i] += step * v
        right = sum((score(f) > 0) == (which == 1) for f, which in held)
        name = "val_accuracy" if split == "valid" else "test_accuracy"
        print(json.dumps({"epoch": epoch, name: right / len(held)}), flush=True)


main()
