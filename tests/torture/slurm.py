#!/usr/bin/python3
"""Kills the driver, agents in jobs of Slurm, slurmd of a node and slurmctld with SIGKILL while a
search runs in a Slurm of its own (tests/slurm/up.sh), begins the daemons again after a while, and
looks whether anything is lost, done twice or left.

    KILLS=100 SEED=1 slurm.py       as many kills, in searches of twenty each
    CASE=3 SEED=1 slurm.py          search number 3 alone, its files kept"""
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter

from common import FAKE, Case, Failure, dice, events, look, must, number

HERE = os.path.dirname(os.path.abspath(__file__))
PER_CASE = 20
TRIALS = 60
NODES = 4
FILE = f"""command: ["{FAKE}", quadratic, "${{args}}", --sleep-ms=700]
metric: {{name: loss}}
parameters: {{x: {{min: 0.0, max: 1.0}}}}
method: random
max_trials: {TRIALS}
kill_grace: 0.1s
slurm: {{time: 20m, poll: 1s, lost_after: 3s, slots: SLOTS}}
"""
WORDS = ["s.yaml", "-j6", "--out", "s", "-q"]


class Slurm:
    """A throw-away one; what of it is dead, and when that is to end."""

    def __init__(self, folder):
        os.chmod(folder, 0o711)  # munged wants to reach its socket as anybody
        self.dir = os.path.join(folder, "slurm")
        up = subprocess.run([f"{HERE}/../slurm/up.sh", self.dir, str(NODES)], capture_output=True, text=True,
                            check=False, env={**os.environ, "SLURMD_TIMEOUT": "10", "MESSAGE_TIMEOUT": "5"})
        if up.returncode == 77:
            print("skipped:", up.stderr.strip())
            sys.exit(0)
        must(up.returncode == 0, "no Slurm:", up.stderr)
        self.conf = f"{self.dir}/slurm.conf"
        os.environ["SLURM_CONF"] = self.conf
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        self.dead = {}  # its name: when it is to rise

    def kill(self, name, back):
        file = f"{self.dir}/run/{name}.pid"
        if name in self.dead:
            return False
        with open(file) as f:
            os.kill(int(f.read()), signal.SIGKILL)
        os.unlink(file)
        self.dead[name] = back
        return True

    def raise_dead(self, now=float("inf")):
        for name in [n for n, back in self.dead.items() if back <= now]:
            words = ["slurmctld"] if name == "slurmctld" else ["slurmd", "-N", name.split("-")[1]]
            subprocess.run(words + ["-f", self.conf], stdin=subprocess.DEVNULL, check=True)
            del self.dead[name]

    def jobs(self):
        q = subprocess.run(["squeue", "-h", "-t", "pending,running"], capture_output=True, text=True,
                           check=False)
        return q.stdout.strip() if q.returncode == 0 else q.stderr

    def end(self):
        self.raise_dead()
        subprocess.run([f"{HERE}/../slurm/down.sh", self.dir], check=False)


def agents(case):
    found = []
    for pid in case.processes():
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read().split(b"\0")
            with open(f"/proc/{pid}/comm") as f:
                if b"--job-agent" in words and not f.read().startswith("hps-"):
                    found.append(pid)
        except OSError:
            pass
    return sorted(found)


def one_at_a_time(case):
    """No run has two trainings that live."""
    alive, over = {}, set()
    try:
        with open(case.ledger) as f:
            lines = [line.split() for line in f]
    except FileNotFoundError:
        return
    over = {w[4] for w in lines if w[0] == "end"}
    for w in lines:
        if w[0] == "begin" and w[4] not in over and is_there(w[4]):
            must(w[5] not in alive, "two trainings of one run:", w[5], w[4], alive.get(w[5]))
            alive[w[5]] = w[4]


def is_there(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return not re.match(r"\d+ \(.*\) [ZX]", f.read())
    except OSError:
        return False


def kill_one(case, slurm, driver, rng, done):
    """True: it was the driver."""
    what = rng.choice(["driver", "driver", "agent", "agent", "slurmd", "slurmctld"])
    back = time.monotonic() + rng.random() * 4
    if what == "driver":
        driver.kill()
        driver.wait()
        done[what] += 1
        return True
    if what == "agent":
        there = agents(case)
        if there:
            os.kill(rng.choice(there), signal.SIGKILL)
            done[what] += 1
    elif slurm.kill(what if what == "slurmctld" else f"slurmd-n{rng.randint(1, NODES)}", back):
        done[what] += 1
    return False


def torture(case, slurm, rng, done):
    known, driver, kills = (b"", {}, 0), None, 0
    while kills < PER_CASE:
        if driver is None:
            driver = case.start(WORDS)
        end = time.monotonic() + rng.random() * 1.5
        while time.monotonic() < end and driver.poll() is None:
            one_at_a_time(case)
            slurm.raise_dead(time.monotonic())
            time.sleep(0.05)
        if driver.poll() is not None:
            must(driver.returncode == 0, "the driver ended with", driver.returncode, case.said())
            break
        before = sum(done.values())
        if kill_one(case, slurm, driver, rng, done):
            known = look(case, known)
            driver = None
        kills += sum(done.values()) - before
    slurm.raise_dead()
    code = driver.wait(600) if driver else case.run(WORDS, limit=600)
    must(code == 0, "the search ended with", code, case.said())
    known = look(case, known)
    must(len(known[1]) == TRIALS, "runs are missing:", TRIALS - len(known[1]))
    # Three agents in a row that were killed under one run are its doing.
    ends = [e for e in events(known[0]) if e["e"] == "end" and e["outcome"] not in ("ok", "preempted")]
    must(all(e.get("reason") == "its agent was lost again and again" for e in ends), ends)
    case.nobody_left()
    end = time.monotonic() + 120
    while slurm.jobs() and time.monotonic() < end:
        time.sleep(0.2)
    must(not slurm.jobs(), "jobs left:", slurm.jobs())
    for what in ("s/results.json", "s"):
        must(case.run(["replay", what]) == 0, "replay", what, case.said())
    return len(ends)


def play(name, seed, done, keep):
    """Runs that were blamed; None: a promise was not kept."""
    case = Case(f"slurm{name}")
    slurm = None
    with open(case.path("s.yaml"), "w") as f:
        f.write(FILE.replace("SLOTS", str(1 + name % 2)))
    blamed = None
    try:
        slurm = Slurm(case.dir)
        blamed = torture(case, slurm, dice(seed, name), done)
    except Failure as e:
        print(f"CASE={name} SEED={seed}: {e}", file=sys.stderr)
    finally:
        case.end_all()
        if slurm:
            slurm.end()
    case.close(keep=keep or blamed is None)
    return blamed


def main():
    seed, only = os.environ.get("SEED") or "1", os.environ.get("CASE")
    kills, done, n, blamed, failed = number("KILLS", 100), Counter(), 0, 0, 0
    while sum(done.values()) < kills and (not only or not n) and not failed:
        found = play(int(only) if only else n, seed, done, bool(only))
        failed += found is None
        blamed += found or 0
        n += 1
    print(f"{n} searches of {TRIALS} trials, {sum(done.values())} kills "
          f"({', '.join(f'{v} times the {k}' for k, v in sorted(done.items()))}): "
          f"{'0 runs twice, 0 lost, 0 left' if not failed else 'FAILED'}"
          f"; {blamed} runs whose agent was killed three times")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
