"""Scores the settings of a service behind an HTTP API: the share of right answers.

The service is the one of API_URL; without that, server.py, for as long as this runs.
"""
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request

import server

url = os.environ.get("API_URL") or server.start()
split, seed = os.environ["HPSEARCH_SPLIT"], int(os.environ["HPSEARCH_SEED"])
rng = random.Random(1 if split == "test" else 0)
questions = [(rng.randint(10, 99), rng.randint(10, 99)) for _ in range(40)]

with open(os.environ["HPSEARCH_CONFIG"]) as file:
    settings = json.load(file)


def ask(question, seed):
    body = json.dumps({"question": question, "seed": seed, **settings}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code not in (429, 503):
            raise
        time.sleep(float(error.headers.get("Retry-After", 1)))
        sys.exit(75)  # too busy: hpsearch queues this run again, which is no failure


answers = [ask(f"{a} + {b}", seed + i) for i, (a, b) in enumerate(questions)]
right = sum(answer["text"] == str(a + b) for answer, (a, b) in zip(answers, questions))
name = "test_accuracy" if split == "test" else "accuracy"
print(json.dumps({name: right / len(questions)}))
print(json.dumps({"hpsearch": {"cost": 2e-5 * sum(a["tokens"] for a in answers)}}))
