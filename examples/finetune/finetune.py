"""Adapts a small language model that knows tales to the log of a ship, by low-rank adapters.

    python3 finetune.py --lr=0.01 --epochs=10 --rank=4

The model guesses the next character from the eight before it, with one hidden layer. It is
trained once on the tales (texts.py) and kept in base.npz. Then its weights stay as they are,
and to each matrix W the product of two thin ones is added, W + A B scale / rank (LoRA: Hu et
al. 2021, section 4.1), which learn from a page of the log; rank 0 trains W itself. Needs
numpy. The loss is in nats per character; HPSEARCH_SPLIT says of which other pages.
"""
import argparse
import hashlib
import inspect
import json
import os

import numpy as np

import texts

HERE = os.path.dirname(os.path.abspath(__file__))
LETTERS = " abcdefghijklmnopqrstuvwxyz.,:'?"
BACK, WIDE, HIDDEN, BATCH = 8, 10, 96, 64


def settings():
    p = argparse.ArgumentParser()
    p.add_argument("--lr", type=float, default=0.002)
    p.add_argument("--epochs", type=int, default=4)
    p.add_argument("--rank", type=int, default=2)
    p.add_argument("--scale", type=float, default=8.0)
    p.add_argument("--dropout", type=float, default=0.0, help="of the hidden layer")
    return p.parse_args()


def windows(text):
    """Indices of the BACK characters before each, and of each."""
    at = np.array([LETTERS.index(c) for c in " " * BACK + text])
    return np.lib.stride_tricks.sliding_window_view(at[:-1], BACK), at[BACK:]


def forward(w, x, mask=1.0):
    inputs = w["embed"][x].reshape(len(x), -1)
    hidden = np.tanh(inputs @ w["in"]) * mask
    logits = hidden @ w["out"]
    logits -= logits.max(1, keepdims=True)
    return inputs, hidden, logits - np.log(np.exp(logits).sum(1, keepdims=True))


def loss(w, text):
    x, y = windows(text)
    return float(-forward(w, x)[2][np.arange(len(y)), y].mean())


def gradients(w, x, y, mask):
    inputs, hidden, logp = forward(w, x, mask)
    d = np.exp(logp)
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    back = (d @ w["out"].T) * (mask - hidden * hidden / np.where(mask == 0, 1, mask))
    embed = np.zeros_like(w["embed"])
    np.add.at(embed, x, (back @ w["in"].T).reshape(len(x), BACK, WIDE))
    return {"embed": embed, "in": inputs.T @ back, "out": hidden.T @ d}


class Adam:
    """Kingma & Ba 2015, algorithm 1."""

    def __init__(self, lr):
        self.lr, self.t, self.m, self.v = lr, 0, {}, {}

    def step(self, w, g):
        self.t += 1
        for k in g:
            self.m[k] = 0.9 * self.m.get(k, 0) + 0.1 * g[k]
            self.v[k] = 0.999 * self.v.get(k, 0) + 0.001 * g[k] ** 2
            m, v = self.m[k] / (1 - 0.9 ** self.t), self.v[k] / (1 - 0.999 ** self.t)
            w[k] -= self.lr * m / (np.sqrt(v) + 1e-8)


def pretrain():
    rng = np.random.default_rng(1)
    w = {"embed": rng.normal(0, 0.3, (len(LETTERS), WIDE)),
         "in": rng.normal(0, (BACK * WIDE) ** -0.5, (BACK * WIDE, HIDDEN)),
         "out": rng.normal(0, HIDDEN ** -0.5, (HIDDEN, len(LETTERS)))}
    x, y = windows(texts.tales())
    adam = Adam(0.004)
    for _ in range(6):
        order = rng.permutation(len(y))
        for i in range(0, len(y), BATCH):
            b = order[i:i + BATCH]
            adam.step(w, gradients(w, x[b], y[b], 1.0))
    return w


def base():
    """From base.npz, or trained and written there."""
    made_by = inspect.getsource(texts) + inspect.getsource(pretrain)
    key = hashlib.sha256(made_by.encode()).hexdigest()
    path = os.path.join(HERE, "base.npz")
    try:
        with np.load(path) as f:
            if str(f["key"]) == key:
                return {k: f[k] for k in ("embed", "in", "out")}
    except (OSError, ValueError, KeyError):
        pass
    w = pretrain()
    try:
        with open(f"{path}.{os.getpid()}", "wb") as f:
            np.savez(f, key=key, **w)
        os.replace(f"{path}.{os.getpid()}", path)
    except OSError:
        pass            # a folder that cannot be written costs a training each time
    return w


def adapted(w, thin, args):
    if not args.rank:
        return w
    return {k: w[k] + thin[k + "A"] @ thin[k + "B"] * (args.scale / args.rank)
            if k + "A" in thin else w[k] for k in w}


def thin_gradients(full, thin, args):
    """By the chain rule, of W + A B scale / rank."""
    g = {}
    for k in ("in", "out"):
        g[k + "A"] = full[k] @ thin[k + "B"].T * (args.scale / args.rank)
        g[k + "B"] = thin[k + "A"].T @ full[k] * (args.scale / args.rank)
    return g


def main():
    args = settings()
    test = os.environ.get("HPSEARCH_SPLIT") == "test"
    epochs = min(args.epochs, int(float(os.environ.get("HPSEARCH_STEP_BUDGET") or args.epochs)))
    rng = np.random.default_rng(int(os.environ.get("HPSEARCH_SEED") or 1))
    w, pages = base(), texts.log()
    thin = {}
    for k in ("in", "out") if args.rank else ():
        rows, columns = w[k].shape
        thin[k + "A"] = rng.normal(0, rows ** -0.5, (rows, args.rank))
        thin[k + "B"] = np.zeros((args.rank, columns))
    x, y = windows(pages["train"])
    adam = Adam(args.lr)
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(y))
        for i in range(0, len(y), BATCH):
            b = order[i:i + BATCH]
            kept = rng.random((len(b), HIDDEN)) >= args.dropout
            full = gradients(adapted(w, thin, args), x[b], y[b], kept / (1 - args.dropout))
            if args.rank:
                adam.step(thin, thin_gradients(full, thin, args))
            else:
                adam.step(w, full)
        if not test:
            print(json.dumps({"epoch": epoch,
                              "val_loss": round(loss(adapted(w, thin, args), pages["valid"]), 6),
                              "tales_loss": round(loss(adapted(w, thin, args), texts.tales()[:3000]), 6)}),
                  flush=True)
    if test:
        print(json.dumps({"test_loss": round(loss(adapted(w, thin, args), pages["test"]), 6),
                          "tales_loss": round(loss(adapted(w, thin, args), texts.tales()[:3000]), 6)}))


if __name__ == "__main__":
    main()
