#!/usr/bin/python3
"""What runs in jobs of Slurm cost, in a Slurm of its own (tests/slurm/up.sh): a search of N runs
that sleep beside the same by the local pool, in turns; taking up ten jobs of a driver that was
killed; a report that stops its run; looks at the queue. And what a thousand agents cost the
driver, with one process that plays them all, in their mailboxes.

    slurm.py --hpsearch FILE [--runs 200] [--slots 32] [--sleep 0.5] [--rounds 5] [--agents 1000]"""
import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TICKS = os.sysconf("SC_CLK_TCK")
FILE = """command: {command}
metric: {{name: loss}}
parameters: {{x: {{min: 0.0, max: 1.0}}}}
args: none
method: random
max_trials: {runs}
parallel: {slots}
"""
SLURM = "slurm: {time: 20m}\n"
NODE = 8  # processors; runs of a job that has one to itself
STOPS = r"""trap 'echo $EPOCHREALTIME >"$HPSEARCH_DIR/term"; exit' TERM
echo "{\"loss\": $EPOCHREALTIME, \"step\": 1}"
while :; do sleep 0.001; done"""


def write(name, command, runs, slots, *more):
    with open(name, "w") as f:
        f.write(FILE.format(command=json.dumps(command), runs=runs, slots=slots) + "".join(more))


def seconds_of(pid):
    """Of a processor."""
    with open(f"/proc/{pid}/stat") as f:
        words = f.read().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS


def search(o, *words, check=True):
    start = time.monotonic()
    subprocess.run([o.hpsearch, *words, "-q"], check=check, stdout=subprocess.DEVNULL,
                   stderr=None if check else subprocess.DEVNULL)
    return time.monotonic() - start


def events(name, kind):
    with open(f"{name}.hpsearch/journal.jsonl") as f:
        return [e for e in map(json.loads, f) if e["e"] == kind]


def until(condition, limit=300):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            sys.exit("it takes too long")
        time.sleep(0.02)


def calls(name):
    try:
        with open(f"calls-{name}") as f:
            return len(f.readlines())
    except FileNotFoundError:
        return 0


def walls(o):
    sleeps = ["sh", "-c", f"sleep {o.sleep}; echo '{{\"loss\": 1}}'"]
    write("here.yaml", sleeps, o.runs, o.slots)
    write("jobs.yaml", sleeps, o.runs, o.slots, SLURM)
    write("nodes.yaml", sleeps, o.runs, o.slots, f"slurm: {{time: 20m, slots: {NODE}}}\n")
    with open("slurm/run/slurmctld.pid") as f:
        controller = int(f.read())
    took, spent = {"here": [], "jobs": [], "nodes": []}, {"here": 0, "jobs": 0, "nodes": 0}
    for _ in range(o.rounds):
        for name, times in took.items():
            before = seconds_of(controller)
            times.append(search(o, f"{name}.yaml", "--fresh"))
            time.sleep(2)  # for what the ends of jobs cost
            while name != "here" and queue():
                time.sleep(1)
            spent[name] += seconds_of(controller) - before
    local = statistics.median(took["here"])
    print(f"{o.runs} runs of {o.sleep} s on {o.slots} slots (ideal {o.runs * o.sleep / o.slots:.2f} s), "
          f"load {os.getloadavg()[0]:.1f}, median of {o.rounds}")
    print(f"local pool          {local:6.2f} s")
    for name, what in (("jobs", "a job a slot "), ("nodes", f"{NODE} slots a job")):
        slurm = statistics.median(took[name])
        print(f"{what}       {slurm:6.2f} s   {slurm / local:.2f} of the pool's; "
              f"{1e3 * spent[name] / o.rounds / o.runs:.2f} ms of slurmctld's processor a run "
              f"({1e3 * spent['here'] / o.rounds / o.runs:.2f} while the pool runs)")
    print(f"left                {queue():6} jobs")


def queue():
    """Jobs that have not ended."""
    return len(subprocess.run(["squeue", "-h"], capture_output=True, check=True).stdout.splitlines())


def resume(o):
    write("ten.yaml", ["sh", "-c", "until [ -e go ]; do sleep 0.1; done; echo '{\"loss\": 1}'"], 10, 10, SLURM)
    driver = subprocess.Popen([o.hpsearch, "ten.yaml", "-q"])
    until(lambda: "".join(open(f).read() for f in glob.glob("ten.hpsearch/agents/*/out")).count('"started"') == 10)
    driver.kill()
    driver.wait()
    before, start = calls("squeue"), time.monotonic()
    driver = subprocess.Popen([o.hpsearch, "ten.yaml", "-q"], stdout=subprocess.DEVNULL)
    until(lambda: len(events("ten", "start")) == 20)
    took, asked = time.monotonic() - start, calls("squeue") - before
    print(f"ten jobs taken up   {took:6.2f} s   {asked} squeue")
    start, before = time.monotonic(), calls("squeue")
    time.sleep(60)
    print(f"squeue a minute     {(calls('squeue') - before) * 60 / (time.monotonic() - start):6.1f}")
    open("go", "w").close()
    driver.wait()


def stop(o, n):
    """From the report to the SIGTERM, in seconds."""
    write("stops.yaml", ["bash", "-c", STOPS], n, 1, SLURM, "early_terminate: {type: threshold, max: 5}\n")
    search(o, "stops.yaml", check=False)
    found = []
    for e in events("stops", "report"):
        with open(f"stops.hpsearch/trials/{e['t']:04}/r0/term") as f:
            found.append(float(f.read()) - e["value"])
    print(f"report to SIGTERM   {statistics.median(found):6.2f} s   at the most {max(found):.2f} s, of {len(found)}")


def table():
    for i in range(256):
        for _ in range(8):
            i = i >> 1 ^ (0x82f63b78 if i & 1 else 0)
        yield i


TABLE = list(table())


def line(**message):
    text, crc = json.dumps(message).encode(), 0xffffffff
    for byte in text:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return b"%08x %s\n" % (crc ^ 0xffffffff, text)


def play(folder, jobs):
    """All agents of a search, in one process: each says that it is there, runs what it is given
    for a minute, beats every five seconds."""
    agents = {}
    while not os.path.exists(f"{folder}/over"):
        now = time.monotonic()
        for path in open(jobs).read().split() if os.path.exists(jobs) else []:
            if path not in agents:
                agents[path] = [0, 0, now, None, 0.0]  # read, beats, next beat, ticket, its end
                say(path, line(m="hello", protocol=1, version="bench", host="h", pid=1))
        for path, a in agents.items():
            attend(path, a, now)
        time.sleep(0.2)


def say(path, *lines):
    with open(f"{path}/out", "ab") as f:
        f.write(b"".join(lines))


def attend(path, a, now):
    if now >= a[2]:
        a[1] += 1
        a[2] = now + 5
        say(path, line(m="beat", beat=a[1]))
    if a[3] is None and os.path.getsize(f"{path}/in") > a[0]:
        with open(f"{path}/in", "rb") as f:
            f.seek(a[0])
            text = f.read()
        a[0] += len(text)
        for m in (json.loads(t.split(b" ", 1)[1]) for t in text.splitlines()):
            if m["m"] == "run":
                a[3], a[4] = m["ticket"], now + 60
                say(path, line(m="started", ticket=a[3]))
    if a[3] is not None and now >= a[4]:
        result = dict(exit=0, signal=0, wall=60, user=0, sys=0, maxrss=0, reports=1, objects=1, cost=0, keys=[])
        say(path, line(m="report", ticket=a[3], step=0, value=1), line(m="exit", ticket=a[3], **result))
        a[3] = None


FAKES = {
    "sbatch": """#!/bin/bash
for word; do case $word in --job-name=*) name=${word#*=} ;; esac; done
flock lock bash -c 'n=$(($(wc -l <queue) + 1)); echo "$n|$1|RUNNING|None" >>queue; echo "${2%/job}" >>jobs; echo $n' _ "$name" "$word"
""",
    "squeue": "#!/bin/sh\ncat queue\n", "scancel": "#!/bin/sh\n", "scontrol": "#!/bin/sh\n"}


def many(o):
    os.mkdir("fake")
    for name, text in FAKES.items():
        with open(f"fake/{name}", "w", opener=lambda p, f: os.open(p, f, 0o755)) as f:
            f.write(text)
    open("queue", "w").close()
    write("many.yaml", ["true"], 100 * o.agents, o.agents, SLURM)
    agents = subprocess.Popen([sys.executable, __file__, "--play", os.getcwd()])
    driver = subprocess.Popen([o.hpsearch, "many.yaml", "-q"], stdout=subprocess.DEVNULL,
                              env={**os.environ, "PATH": f"{os.getcwd()}/fake:{os.environ['PATH']}"})
    until(lambda: os.path.exists("many.hpsearch/journal.jsonl") and len(events("many", "start")) >= o.agents, 1200)
    start, before, first = time.monotonic(), seconds_of(driver.pid), len(events("many", "end"))
    time.sleep(60)
    spent, took = seconds_of(driver.pid) - before, time.monotonic() - start
    print(f"{o.agents} agents, played {100 * spent / took:6.1f} % of a processor, with "
          f"{(len(events('many', 'end')) - first) / took:.1f} runs that end in a second")
    driver.kill()
    driver.wait()
    open("over", "w").close()
    agents.wait()


def count_calls():
    os.mkdir("bin")
    for name in ("sbatch", "squeue", "scancel"):
        real = subprocess.run(["which", name], capture_output=True, text=True, check=True).stdout.strip()
        with open(f"bin/{name}", "w", opener=lambda p, f: os.open(p, f, 0o755)) as f:
            f.write(f'#!/bin/sh\necho x >>"{os.getcwd()}/calls-{name}"\nexec {real} "$@"\n')
    os.environ["PATH"] = f"{os.getcwd()}/bin:{os.environ['PATH']}"


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--hpsearch")
    a.add_argument("--runs", type=int, default=200)
    a.add_argument("--slots", type=int, default=32)
    a.add_argument("--sleep", type=float, default=0.5)
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--agents", type=int, default=1000)
    a.add_argument("--play")
    o = a.parse_args()
    if o.play:
        play(o.play, f"{o.play}/jobs")
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)
        os.chdir(folder)
        up = subprocess.run([f"{HERE}/../slurm/up.sh", "slurm", str(max(2, -(-o.slots // NODE)))], check=False,
                            env={**os.environ, "NODE_CPUS": str(NODE)})
        if up.returncode:
            sys.exit("no Slurm" if up.returncode != 77 else 0)
        os.environ["SLURM_CONF"] = f"{folder}/slurm/slurm.conf"
        try:
            count_calls()
            walls(o)
            resume(o)
            stop(o, 20)
        finally:
            subprocess.run([f"{HERE}/../slurm/down.sh", "slurm"], check=False)
        many(o)


main()
