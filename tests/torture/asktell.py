#!/usr/bin/env python3
"""Many askers and tellers on one search, killed at random instants.

WORKERS=8 TRIALS=60 KILLS=60 SEED=1 HPSEARCH=… asktell.py

Each worker asks, reports, tells, in processes of their own; some are killed (SIGKILL) at
a random instant, some trials are never told. In the end: every trial is over once, what
was answered to a teller is in the journal, no proposal comes twice, replay agrees.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

program = os.environ["HPSEARCH"]
workers = int(os.environ.get("WORKERS") or 8)
trials = int(os.environ.get("TRIALS") or 60)
kills_left = [int(os.environ.get("KILLS") or 60)]
seed = int(os.environ.get("SEED") or 1)
guard = threading.Lock()
told = {}          # what a teller was told has happened: id -> value
killed = [0]
problems = []


def take_kill(rng):
    with guard:
        if kills_left[0] and rng.random() < 0.4:
            kills_left[0] -= 1
            return True
    return False


def call(rng, *words):
    """(exit code, output); None: it was killed, and what it did is not known."""
    doomed = take_kill(rng)
    p = subprocess.Popen([program, *words], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    if doomed:
        time.sleep(rng.random() * 0.03)
        p.kill()
        killed[0] += 1
    out, err = p.communicate()
    if p.returncode == -9:
        return None
    if p.returncode not in (0, 2, 7, 8):
        problems.append(f"{words}: {p.returncode}: {err}")
    return p.returncode, out


def worker(number):
    rng = random.Random(seed * 1000 + number)
    while not problems:
        asked = call(rng, "ask", "d", "--lease", "1s")
        if asked is None:
            continue
        if asked[0] == 7:
            return
        if asked[0] == 8:
            time.sleep(0.05)
            continue
        run = json.loads(asked[1])
        if rng.random() < 0.1:
            continue                      # asked, and never told
        value = run["params"]["x"]
        call(rng, "tell", "d", run["id"], "--report", "1", repr(value + 1))
        answer = call(rng, "tell", "d", run["id"], repr(value))
        if answer and answer[0] == 0:
            with guard:
                if run["id"] in told:
                    problems.append(f"{run['id']} was told twice")
                told[run["id"]] = value


def main():
    with tempfile.TemporaryDirectory() as home:
        os.chdir(home)
        with open("s.yaml", "w", encoding="utf-8") as f:
            f.write("method: bayes\nmetric: {name: loss}\nrepeats: 1\n"
                    f"max_trials: {trials}\nparameters: {{x: {{min: 0.0, max: 1.0}}}}\n")
        subprocess.run([program, "init", "s.yaml", "--out", "d"], check=True,
                       stdout=subprocess.DEVNULL)
        threads = [threading.Thread(target=worker, args=(i,)) for i in range(workers)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        events = [json.loads(line) for line in open("d/journal.jsonl", encoding="utf-8")]
        ends = [e for e in events if e["e"] == "end"]
        proposed = [json.dumps(e["params"]) for e in events if e["e"] == "trial"]
        by_id = {str(e["t"]): e["value"] for e in ends}
        if len(ends) != trials or len(by_id) != trials:
            problems.append(f"{len(ends)} ends of {len(by_id)} trials, not {trials}")
        if len(set(proposed)) != trials:
            problems.append("a proposal came twice")
        for name, value in told.items():
            if by_id.get(name) != value:
                problems.append(f"trial {name} was told {value}, kept {by_id.get(name)}")
        for what in "d", "d/results.json":
            p = subprocess.run([program, "replay", what], capture_output=True, text=True,
                               check=False)
            if p.returncode or "identical" not in p.stdout:
                problems.append(f"replay {what}: {p.stdout}{p.stderr}")
        cuts = sum(e["e"] == "cut" for e in events)
    print(f"asktell: {trials} trials, {workers} at once, {killed[0]} killed, {cuts} given up "
          f"and offered again, {len(told)} tellers answered; {len(problems)} problems")
    for p in problems[:10]:
        print("  " + p)
    return 1 if problems else 0


sys.exit(main())
