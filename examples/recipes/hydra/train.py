"""Fits a straight line through noisy points; Hydra keeps its settings in conf/."""
import json
import random

import hydra


def points(n, rng):
    return [(x, 3 * x - 1 + rng.gauss(0, 0.3)) for x in (rng.uniform(-1, 1) for _ in range(n))]


def mean_square(rows, slope, shift):
    return sum((slope * x + shift - y) ** 2 for x, y in rows) / len(rows)


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(config):
    data, rng = random.Random(0), random.Random(config.seed)
    train, valid = points(200, data), points(200, data)
    weights, speed = [rng.gauss(0, 1), rng.gauss(0, 1)], [0.0, 0.0]
    keep = config.optimizer.get("momentum", 0)
    for epoch in range(1, config.epochs + 1):
        rng.shuffle(train)
        for first in range(0, len(train), config.batch):
            batch = train[first:first + config.batch]
            errors = [(weights[0] * x + weights[1] - y, x) for x, y in batch]
            for i, slope in enumerate((sum(e * x for e, x in errors), sum(e for e, _ in errors))):
                speed[i] = keep * speed[i] - config.optimizer.lr * slope / len(batch)
                weights[i] += speed[i]
        print(json.dumps({"epoch": epoch, "val_loss": mean_square(valid, *weights)}), flush=True)


if __name__ == "__main__":
    main()
