"""Lets the model of generate.py finish words of fables that it has never seen: from the text
before and the word's first half, it writes several versions, and the one that comes up most often
is its answer.

    python3 words.py --make >words.jsonl           the items
    HPSEARCH_ITEMS=words.jsonl python3 words.py --temperature=0.5 --votes=5

A line for each item: the score is 1 where the word is the fable's, the cost is the number of
characters that were sampled.
"""
import argparse
import collections
import json
import os
import random
import re

import generate

LONGEST = 14


def make():
    """Of every word of four letters and more, the text before it and its first half."""
    texts = generate.read_fables()
    for text in (texts["valid"], texts["test"]):
        for m in re.finditer(r"[a-z]{4,}", text):
            half = m.start() + len(m.group()) // 2
            yield {"id": f"{len(text)}-{m.start()}", "before": text[max(0, half - 16):half],
                   "word": m.group()}


def finish(sampler, before, penalty):
    """The word to its end; a letter that is in it already is written
    again with a probability that is 1 - penalty of what it was."""
    word = re.search("[a-z]+$", before).group()
    before = before[:-len(word)]
    sampled = 0
    while len(word) < LONGEST and sampled < 2 * LONGEST:
        c = sampler.next((before + word)[-generate.CONTEXT:])
        sampled += 1
        if c in word and sampler.rng.random() < penalty:
            continue
        if not c.isalpha():
            break
        word += c
    return word, sampled


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--make", action="store_true")
    p.add_argument("--temperature", type=float, default=1.0)
    p.add_argument("--top_k", type=int, default=50)
    p.add_argument("--top_p", type=float, default=1.0)
    p.add_argument("--penalty", type=float, default=0.0)
    p.add_argument("--votes", type=int, default=1)
    args = p.parse_args()
    if args.make:
        for item in make():
            print(json.dumps(item))
        return
    seed = os.environ.get("HPSEARCH_SEED") or "1"
    model = generate.Model(generate.trained_once(generate.read_fables()["train"]))
    sampler = generate.Sampler(model, args, None)
    with open(os.environ["HPSEARCH_ITEMS"], encoding="utf-8") as f:
        for item in map(json.loads, f):
            sampler.rng = random.Random(f"{seed} {item['id']}")
            tries = [finish(sampler, item["before"], args.penalty) for _ in range(args.votes)]
            votes = collections.Counter(word for word, _ in tries)
            word = max(sorted(votes), key=votes.get)
            print(json.dumps({"item": item["id"], "score": float(word == item["word"]),
                              "cost": sum(n for _, n in tries)}), flush=True)


if __name__ == "__main__":
    main()
