#!/usr/bin/python3
"""What agents cost: a search of N runs that sleep, by the local pool and behind a launcher, in
turns: its wall time, and of every run what is not the training: from its start in the journal to
its end, and on to the start of the next one; and how long a stop takes from the driver to the
training's SIGTERM.

    cluster.py --hpsearch FILE [--runs 200] [--slots 32] [--sleep 0.5] [--rounds 3] [--launcher '[env]']"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

FILE = """command: [sh, -c, 'sleep {sleep}; echo "{{\\"loss\\": 1}}"', t, "${{args}}"]
metric: {{name: loss}}
parameters: {{x: {{min: 0.0, max: 1.0}}}}
method: random
max_trials: {runs}
parallel: {slots}
"""
TRAIN = r"""trap 'echo "{\"loss\": $EPOCHREALTIME}"; exit' TERM
echo '{"loss": 0}'
while :; do sleep 0.001; done"""


def wall(o, folder, launcher):
    with open(f"{folder}/s.yaml", "w") as f:
        f.write(FILE.format(sleep=o.sleep, runs=o.runs, slots=o.slots))
        if launcher:
            f.write(f"launcher: {launcher}\n")
    start = time.monotonic()
    subprocess.run([o.hpsearch, "s.yaml", "--fresh", "-q"], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    return time.monotonic() - start, overheads(f"{folder}/s.hpsearch/journal.jsonl", o.slots)


def overheads(journal, slots):
    """Milliseconds, of each run that another one follows."""
    with open(journal) as f:
        events = [e for e in map(json.loads, f) if e["e"] in ("start", "end")]
    begun = {e["t"]: e["time"] for e in events if e["e"] == "start"}
    ends = [e for e in events if e["e"] == "end"]
    after = [e["time"] for e in events if e["e"] == "start"][slots:]
    return [1e3 * (then - begun[e["t"]] - e["wall"]) for e, then in zip(ends, after)]


def spread(ms):
    if len(ms) < 2:
        return "none, as no slot had another one"
    return f"median {statistics.median(ms):.1f}, mean {statistics.mean(ms):.1f}, " \
           f"19 of 20 below {statistics.quantiles(ms, n=20)[-1]:.1f}"


def stop_latency(o, folder, n):
    """Milliseconds, of n stops."""
    p = subprocess.Popen([o.hpsearch, "--agent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def say(**m):
        p.stdin.write(json.dumps(m).encode() + b"\n")
        p.stdin.flush()

    def hear(kind):
        while True:
            m = json.loads(p.stdout.readline())
            if m["m"] == kind:
                return m

    found = []
    say(m="hello", protocol=1, version="bench", pid=0)
    for ticket in range(1, n + 1):
        say(m="run", ticket=ticket, argv=["bash", "-c", TRAIN], env=[], dir=folder + "/r", timeout=0,
            patience=0, grace=10**10, metric="loss", texts=0)
        hear("report")
        then = time.time()
        say(m="stop", ticket=ticket)
        found.append(1e3 * (hear("report")["value"] - then))
        hear("exit")
    say(m="quit")
    p.wait()
    return found


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--hpsearch", required=True)
    a.add_argument("--runs", type=int, default=200)
    a.add_argument("--slots", type=int, default=32)
    a.add_argument("--sleep", type=float, default=0.5)
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--launcher", default="[env]")
    o = a.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        here, there = [], []
        for _ in range(o.rounds):
            here.append(wall(o, folder, None))
            there.append(wall(o, folder, o.launcher))
        local, attached = (statistics.median(w for w, _ in x) for x in (here, there))
        pool, agents = ([ms for _, more in x for ms in more] for x in (here, there))
        print(f"{o.runs} runs of {o.sleep} s on {o.slots} slots (ideal {o.runs * o.sleep / o.slots:.2f} s), "
              f"load {os.getloadavg()[0]:.1f}, median of {o.rounds}")
        print(f"local pool      {local:6.2f} s   ms a run beside the training: {spread(pool)}")
        print(f"launcher {o.launcher:6} {attached:6.2f} s   {attached / local:.2f} of the pool's; {spread(agents)}")
        stops = stop_latency(o, folder, 20)
        print(f"stop to SIGTERM {statistics.median(stops):6.1f} ms, at the most {max(stops):.1f} ms, of 20")


main()
