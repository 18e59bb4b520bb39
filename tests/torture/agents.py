#!/usr/bin/python3
"""Kills the driver, agents, their supervisors and their keepers with SIGKILL while a search
runs through a launcher, and looks whether anything is lost, done twice or left running.

    KILLS=100 SEED=1 agents.py      as many kills, in searches of a dozen each
    CASE=3 SEED=1 agents.py         search number 3 alone, its files kept"""
import os
import sys
import time
from collections import Counter

from common import FAKE, Case, Failure, dice, events, look, must, number

PER_CASE = 12
TRIALS = 40
FILE = f"""command: ["{FAKE}", quadratic, "${{args}}", --sleep-ms=60]
metric: {{name: loss}}
parameters: {{x: {{min: 0.0, max: 1.0}}}}
method: random
max_trials: {TRIALS}
kill_grace: 0.1s
launcher: [env]
"""
WORDS = ["s.yaml", "-j4", "--out", "s", "-q"]


def comm_of(pid):
    with open(f"/proc/{pid}/comm") as f:
        return f.read().strip()


def name_of(pid):
    """What a process is for us: "agent", "supervisor", "keeper" or None."""
    try:
        comm = comm_of(pid)
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            words = f.read().split(b"\0")
        with open(f"/proc/{pid}/stat") as f:
            parent = f.read().rpartition(")")[2].split()[1]
        # A training that is about to be executed.
        if comm == "hps-supervisor" == comm_of(parent):
            return None
    except OSError:
        return None
    if comm in ("hps-keeper", "hps-supervisor"):
        return comm[4:]
    return "agent" if b"--agent" in words else None


def kill_one(case, driver, rng, done):
    """True: it was the driver."""
    what = rng.choice(["driver", "agent", "agent", "keeper", "supervisor"])
    if what == "driver":
        driver.kill()
        driver.wait()
        done[what] += 1
        return True
    there = sorted(p for p in case.processes() if name_of(p) == what)
    if there:
        try:
            os.kill(rng.choice(there), 9)
            done[what] += 1
        except OSError:
            pass
    return False


def torture(case, rng, done):
    known, driver = (b"", {}, 0), None
    for _ in range(PER_CASE):
        if driver is None:
            driver = case.start(WORDS)
        time.sleep(rng.random() * 0.5)
        if driver.poll() is not None:
            break
        if kill_one(case, driver, rng, done):
            case.nobody_left()
            known = look(case, known)
            driver = None
    code = driver.wait(300) if driver else case.run(WORDS)
    must(code == 0, "the search ended with", code, case.said())
    case.nobody_left()
    known = look(case, known)
    must(len(known[1]) == TRIALS, "runs are missing:", TRIALS - len(known[1]))
    bad = {k: v for k, v in known[1].items() if v[0] != "ok"}
    # Three agents in a row that were killed under one run are its doing.
    ends = [e for e in events(known[0]) if e["e"] == "end" and e["outcome"] != "ok"]
    must(all(e.get("reason") == "its agent was lost again and again" for e in ends), bad)
    for what in ("s/results.json", "s"):
        must(case.run(["replay", what]) == 0, "replay", what, case.said())
    return len(bad)


def main():
    seed, only = os.environ.get("SEED") or "1", os.environ.get("CASE")
    kills, done, n, blamed, failed = number("KILLS", 100), Counter(), 0, 0, 0
    while sum(done.values()) < kills and (not only or not n) and not failed:
        name = int(only) if only else n
        case = Case(f"agents{name}")
        with open(case.path("s.yaml"), "w") as f:
            f.write(FILE)
        try:
            blamed += torture(case, dice(seed, name), done)
        except Failure as e:
            print(f"CASE={name} SEED={seed}: {e}", file=sys.stderr)
            failed += 1
        case.close(keep=bool(only) or bool(failed))
        n += 1
    print(f"{n} searches of {TRIALS} trials, {sum(done.values())} kills "
          f"({', '.join(f'{v} times the {k}' for k, v in sorted(done.items()))}): "
          f"{'0 runs twice, 0 lost, 0 processes left' if not failed else 'FAILED'}"
          f"; {blamed} runs whose agent was killed three times")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
