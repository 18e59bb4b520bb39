"""Trains a small network on scikit-learn's handwritten digits: one line of JSON per epoch.

    python3 train.py --learning_rate=0.003 --width=64

HPSEARCH_SPLIT says what the accuracy is measured on: valid (the default) or test, where a
line for every image says as well whether it was read rightly: images are a sample, too.
HPSEARCH_SEED seeds the training, never the split; HPSEARCH_STEP_BUDGET cuts the epochs.
"""
import argparse
import json
import os
import sys

# Two trainings side by side should not fight over the cores; set before numpy is loaded.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

try:
    import numpy
    from sklearn.datasets import load_digits
    from sklearn.neural_network import MLPClassifier
except ImportError as missing:
    sys.exit(f"train.py: {missing} in {sys.executable}: it needs scikit-learn "
             "(on Debian: apt install python3-sklearn, and /usr/bin first in PATH)")


def settings():
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--activation", choices=["relu", "tanh", "logistic"], default="relu")
    parser.add_argument("--learning_rate", type=float, default=1e-3)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--alpha", type=float, default=1e-4, help="L2 penalty")
    parser.add_argument("--noise", type=float, default=0.0, help="added to the pixels")
    parser.add_argument("--shift", type=float, default=0.0,
                        help="share of the images moved by one pixel")
    parser.add_argument("--epochs", type=int, default=20)
    return parser.parse_args()


def load():
    """Images scaled to 0…1, always in the same three parts."""
    digits = load_digits()
    order = numpy.random.RandomState(0).permutation(len(digits.target))
    x, y = digits.data[order] / 16.0, digits.target[order]
    return {"train": (x[:600], y[:600]),
            "valid": (x[600:1100], y[600:1100]),
            "test": (x[1100:], y[1100:])}


def augment(x, args, rng):
    """The same images, some of them moved by one pixel, with noise on all of them."""
    images = x.reshape(-1, 8, 8).copy()
    for i in numpy.flatnonzero(rng.rand(len(images)) < args.shift):
        images[i] = numpy.roll(images[i], rng.randint(-1, 2, size=2), axis=(0, 1))
    return images.reshape(x.shape) + args.noise * rng.randn(*x.shape)


def main():
    args = settings()
    split = os.environ.get("HPSEARCH_SPLIT") or "valid"
    if split not in ("valid", "test"):
        sys.exit(f"train.py: HPSEARCH_SPLIT is {split}, neither valid nor test")
    seed = int(os.environ.get("HPSEARCH_SEED") or 1) % 2**32
    epochs = min(args.epochs, int(os.environ.get("HPSEARCH_STEP_BUDGET") or args.epochs))
    rng = numpy.random.RandomState(seed)
    parts = load()
    x, y = parts["train"]
    network = MLPClassifier(
        hidden_layer_sizes=(args.width,) * args.layers, activation=args.activation,
        learning_rate_init=args.learning_rate, alpha=args.alpha,
        batch_size=args.batch_size, random_state=rng)
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(y))
        network.partial_fit(augment(x[order], args, rng), y[order], classes=range(10))
        name = "test_accuracy" if split == "test" else "val_accuracy"
        print(json.dumps({"epoch": epoch, "train_loss": round(network.loss_, 6),
                          name: round(network.score(*parts[split]), 6)}), flush=True)
    if split == "test":
        images, labels = parts["test"]
        for i, right in enumerate(network.predict(images) == labels):
            print(json.dumps({"item": i, "score": int(right)}))


if __name__ == "__main__":
    main()
