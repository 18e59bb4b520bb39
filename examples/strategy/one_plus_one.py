#!/usr/bin/env python3
"""A (1+1) evolution strategy: change the best a little; step wider after a success, and
narrower after a failure (Rechenberg's one-fifth rule). For numbers and choices."""
import json
import math
import random
import sys

hello = json.loads(sys.stdin.readline())
rng = random.Random(hello["seed"])
sign = -1 if hello["goal"] == "maximize" else 1
best, best_value, sigma = None, math.inf, 0.3


def change(p, old):
    if p["type"] == "choice":
        return old if old in p["choices"] and rng.random() > sigma else rng.choice(p["choices"])
    low, high, log = p["low"], p["high"], p["log"]
    if log:
        low, high = math.log(low), math.log(high)
    step = sigma * (high - low)
    x = rng.uniform(low, high) if old is None else rng.gauss(math.log(old) if log else old, step)
    x = min(max(x, low), high)
    if log:
        x = min(max(math.exp(x), p["low"]), p["high"])
    return round(x) if p["type"] == "int" else x


for line in sys.stdin:
    question = json.loads(line)
    for t in question["news"]:
        if t["state"] == "pending":
            continue
        value = sign * t["value"] if t["state"] == "ok" else math.inf
        sigma *= 1.5 if value < best_value else 1.5 ** -0.25
        if best is None or value < best_value:
            best, best_value = t["params"], value
    point = {p["name"]: change(p, (best or {}).get(p["name"])) for p in hello["space"]}
    print(json.dumps({"params": point}), flush=True)
