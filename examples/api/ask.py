"""Asks the service the questions of HPSEARCH_ITEMS, one after the other: a line for each
answer, with what it has cost. Where the service is too busy, or fails, it ends with exit 75:
"again, later". What was answered by then counts, and is not asked again.

    python3 serve.py env HPSEARCH_ITEMS=questions.jsonl python3 ask.py --style=stepwise
"""
import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request

PRICE = 0.00001     # of a token

parser = argparse.ArgumentParser()
parser.add_argument("--style", choices=["plain", "stepwise"], default="plain")
parser.add_argument("--effort", type=int, default=1)
parser.add_argument("--temperature", type=float, default=1.0)
parser.add_argument("--max_tokens", type=int, default=40)
args = parser.parse_args()


def ask(question):
    body = {**vars(args), "question": question, "seed": os.environ.get("HPSEARCH_SEED", "1")}
    request = urllib.request.Request(os.environ["API_URL"], json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as e:
        if e.code == 429 or e.code >= 500:
            sys.exit(75)
        raise


with open(os.environ["HPSEARCH_ITEMS"], encoding="utf-8") as f:
    for item in map(json.loads, f):
        start = time.monotonic()
        reply = ask(item["question"])
        print(json.dumps({"item": item["id"],
                          "score": float(reply["text"].endswith(f"answer {item['answer']}")),
                          "cost": reply["tokens"] * PRICE,
                          "latency": round(time.monotonic() - start, 4)}), flush=True)
