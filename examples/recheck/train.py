#!/usr/bin/env python3
"""A forecast of tomorrow's sales by regression on the last days and the day of the week,
learnt by stochastic gradient descent from what was sold so far (demand.csv).

The last four weeks are for the test, the eight before them for validation. How long the
past counts, half_life in days, is what has to suit the times.
"""
import argparse
import csv
import json
import math
import os
import random

TEST, VALIDATION, EPOCHS = 28, 56, 12

parser = argparse.ArgumentParser()
parser.add_argument("--half_life", type=float, default=20)
parser.add_argument("--lr", type=float, default=0.01)
parser.add_argument("--decay", type=float, default=0.0)
args = parser.parse_args()

with open("demand.csv", encoding="ascii") as f:
    y = [(float(row["sold"]) - 100) / 20 for row in csv.DictReader(f)]


def features(day):
    week = [0.0] * 7
    week[day % 7] = 1.0
    return [1.0, y[day - 1], y[day - 7], *week]


def predict(w, x):
    return sum(a * b for a, b in zip(w, x))


def error(w, days):
    return math.sqrt(sum((predict(w, features(d)) - y[d]) ** 2 for d in days) / len(days))


test = os.environ.get("HPSEARCH_SPLIT") == "test"
end = len(y) - TEST
first = end if test else end - VALIDATION
budget = int(float(os.environ.get("HPSEARCH_STEP_BUDGET", EPOCHS)))
rng = random.Random(int(os.environ.get("HPSEARCH_SEED", 1)))
w = [rng.gauss(0, 0.1) for _ in range(10)]
days = list(range(7, first))
for epoch in range(1, budget + 1):
    rng.shuffle(days)
    for d in days:
        x = features(d)
        weight = 0.5 ** ((first - d) / args.half_life)
        step = args.lr * (1 - (epoch - 1) / EPOCHS) * weight * (predict(w, x) - y[d])
        w = [a - step * b - args.lr * args.decay * a for a, b in zip(w, x)]
    if not test:
        print(json.dumps({"epoch": epoch, "val_error": error(w, range(first, end))}), flush=True)
if test:
    print(json.dumps({"test_error": error(w, range(first, len(y)))}))
