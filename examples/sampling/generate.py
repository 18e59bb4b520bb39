"""Lets a small language model write fables and measures how much they read like real ones.

    python3 generate.py --temperature=0.7 --top_p=0.9

The model predicts a character from the four before it. It is trained once, on three fifths
of fables.txt, and kept in model.json; only the settings of the sampling vary. Standard
library only. HPSEARCH_SPLIT (valid or test) says which of the other fables to compare with,
HPSEARCH_SEED seeds the sampling, HPSEARCH_STEP_BUDGET cuts the number of passages, and the
text goes to sample.txt in HPSEARCH_DIR, where that is set.
"""
import argparse
import collections
import hashlib
import json
import math
import os
import random
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CONTEXT = 4       # characters that the model looks back
SENTENCE = 200    # characters after which a sentence is cut


def settings():
    parser = argparse.ArgumentParser()
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--top_k", type=int, default=50)
    parser.add_argument("--top_p", type=float, default=1.0)
    parser.add_argument("--candidates", type=int, default=1,
                        help="sentences to choose from, by the model's own likelihood")
    parser.add_argument("--passages", type=int, default=4)
    return parser.parse_args()


def read_fables():
    """The text in three parts: of every five fables one for validation, one for the test."""
    with open(os.path.join(HERE, "fables.txt"), encoding="utf-8") as f:
        paragraphs = f.read().split("\n\n")
    parts = {"train": [], "valid": [], "test": []}
    for i, fable in enumerate(paragraphs[1::2]):
        part = ("train", "train", "train", "valid", "test")[i % 5]
        parts[part].append(fable.replace("\n", " ").strip())
    return {name: " ".join(fables) for name, fables in parts.items()}


# ---- the model ----

def train(text):
    """Counts of the character that follows each context of 0 … CONTEXT characters."""
    counts = {}
    for i, c in enumerate(text):
        for k in range(min(i, CONTEXT) + 1):
            seen = counts.setdefault(text[i - k:i], {})
            seen[c] = seen.get(c, 0) + 1
    return counts


def trained_once(text):
    """The counts from model.json, or trained and written there."""
    path = os.path.join(HERE, "model.json")
    key = hashlib.sha256(f"{CONTEXT} {text}".encode()).hexdigest()
    try:
        with open(path, encoding="utf-8") as f:
            model = json.load(f)
        if model["key"] == key:
            return model["counts"]
    except (OSError, ValueError, KeyError):
        pass
    counts = train(text)
    try:
        with open(f"{path}.{os.getpid()}", "w", encoding="utf-8") as f:
            json.dump({"key": key, "counts": counts}, f)
        os.replace(f"{path}.{os.getpid()}", path)
    except OSError:
        pass            # a folder that cannot be written costs a training each time
    return counts


class Model:
    def __init__(self, counts):
        self.counts = counts
        self.alphabet = sorted(counts[""])
        self.known = {}

    def predict(self, context):
        """Probability of each character: every longer context has half of the say."""
        if context in self.known:
            return self.known[context]
        shorter = (self.predict(context[1:]) if context else
                   {c: 1 / len(self.alphabet) for c in self.alphabet})
        seen = self.counts.get(context)
        if seen:
            total = sum(seen.values())
            shorter = {c: (seen.get(c, 0) / total + p) / 2 for c, p in shorter.items()}
        self.known[context] = shorter
        return shorter


# ---- the sampling: everything that is tuned ----

def reshape(probabilities, args):
    """Temperature, then the top k, then the smallest set that holds top_p of the rest."""
    weights = sorted(((p ** (1 / args.temperature), c) for c, p in probabilities.items()),
                     reverse=True)[:max(1, args.top_k)]
    enough = args.top_p * sum(w for w, _ in weights)
    kept, held = [], 0.0
    for w, c in weights:
        kept.append((c, w))
        held += w
        if held >= enough:
            break
    return kept


class Sampler:
    def __init__(self, model, args, rng):
        self.model, self.args, self.rng = model, args, rng
        self.reshaped = {}

    def next(self, context):
        if context not in self.reshaped:
            kept = reshape(self.model.predict(context), self.args)
            self.reshaped[context] = list(zip(*kept))
        characters, weights = self.reshaped[context]
        return self.rng.choices(characters, weights)[0]

    def sentence(self, before):
        """A sentence to follow `before`, and its log-likelihood per character."""
        text, likelihood = before[-CONTEXT:], 0.0
        start = len(text)
        while len(text) - start < SENTENCE:
            c = self.next(text[-CONTEXT:])
            likelihood += math.log(self.model.predict(text[-CONTEXT:])[c])
            text += c
            if c == " " and re.search(r'[.?!]"? $', text[start:]):
                break
        return likelihood / (len(text) - start), text[start:]

    def passage(self, length):
        text = ". "
        while len(text) < length + 2:
            text += max(self.sentence(text) for _ in range(self.args.candidates))[1]
        return text[2:length + 2]


# ---- the measure ----

def portrait(text):
    """How often each run of 3, 4 and 5 characters occurs, and each word."""
    pieces = [[text[i:i + n] for i in range(len(text) - n + 1)] for n in (3, 4, 5)]
    pieces.append(re.findall(r"[a-z]+", text.lower()))
    return [collections.Counter(p) for p in pieces]


def divergence(a, b):
    """Jensen-Shannon, in bits: 0 where the frequencies agree, 1 where nothing is shared."""
    total_a, total_b = sum(a.values()) or 1, sum(b.values()) or 1
    bits = 0.0
    for piece in sorted(a.keys() | b.keys()):
        p, q = a[piece] / total_a, b[piece] / total_b
        middle = (p + q) / 2
        bits += p * math.log2(p / middle) / 2 if p else 0
        bits += q * math.log2(q / middle) / 2 if q else 0
    return bits


def quality(text, real):
    pairs = list(zip(portrait(text), portrait(real)))
    return 1 - sum(divergence(a, b) for a, b in pairs) / len(pairs)


def main():
    args = settings()
    split = os.environ.get("HPSEARCH_SPLIT") or "valid"
    if split not in ("valid", "test"):
        sys.exit(f"generate.py: HPSEARCH_SPLIT is {split}, neither valid nor test")
    passages = min(args.passages, int(os.environ.get("HPSEARCH_STEP_BUDGET") or args.passages))
    rng = random.Random(int(os.environ.get("HPSEARCH_SEED") or 1))
    texts = read_fables()
    sampler = Sampler(Model(trained_once(texts["train"])), args, rng)
    name = "test_quality" if split == "test" else "quality"
    written, scores = [], []
    for passage in range(1, passages + 1):
        written.append(sampler.passage(len(texts[split])))
        scores.append(quality(written[-1], texts[split]))
        print(json.dumps({"passage": passage,
                          name: round(sum(scores) / len(scores), 6)}), flush=True)
    if os.environ.get("HPSEARCH_DIR"):
        with open(os.path.join(os.environ["HPSEARCH_DIR"], "sample.txt"), "w",
                  encoding="utf-8") as f:
            f.write("\n\n".join(written) + "\n")


if __name__ == "__main__":
    main()
