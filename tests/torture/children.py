#!/usr/bin/python3
"""Children that do what they should not, up to a thousand at once: nothing hangs, nothing
is left, outcomes are right, and the driver stays small.

    children.py            small sizes, under a minute
    FULL=1 children.py     10 GB of output, 10 million JSON lines, a line of 1 GB
    ONLY="fork bomb" …     one of them

Memory is the peak of the driver's own resident set (VmHWM), read while it runs."""
import csv
import os
import sys
import time

from common import FAKE, Case, must, number

FULL = bool(os.environ.get("FULL"))
LIMIT = number("DRIVER_MB", 50) << 20  # bytes

# What each mode of fake_train has to come out as, under a time-out of a few seconds.
OUTCOMES = {
    "quadratic": "ok", "noisy": "ok", "curve": "ok", "no-metric": "no_metric", "nan": "diverged",
    "inf": "diverged", "half-json": "ok", "numeric-string": "ok", "prefix": "ok", "nested": "no_metric",
    "results-file": "ok", "long-line": "ok", "flood": "ok", "binary-junk": "ok", "no-newline": "ok",
    "crash": "killed", "exit": "failed", "preempt": "ok", "flaky": "failed", "infeasible": "infeasible",
    "cost": "ok", "hang": "timeout", "ignore-term": "timeout", "daemonise": "ok",
    "setsid-child": "ok", "hold-pipe": "ok", "close-stdout": "ok", "fork-bomb-small": "ok",
    "fork-chain": "ok", "fork-bomb": "timeout", "json-flood": "ok", "journal-names": "ok",
    "late-metric": "ok", "last-words": "timeout", "oom": "oom", "oom-text": "oom", "ledger": "ok",
    "slow": "ok", "spin": "ok", "env": "ok", "testsplit": "ok", "stop-self": "timeout",
    "nonblock": "ok", "open-fds": "ok", "checkpoint": "ok", "stubborn": "ok", "burst": "ok",
    "odd-steps": "ok", "once": "ok", "explode": "ok",
}
SPACE = """command: ["{fake}", "${{args}}", --epochs={epochs}, --bytes={bytes}, --sleep-ms=50, --fail-ms={fail}]
method: grid
metric: {{name: loss}}
parameters:
  x: {{values: [{xs}]}}
  mode: {{values: [{modes}]}}
trial_timeout: {timeout}
kill_grace: 0.3
"""


def file(case, modes, xs=(0.5,), epochs=20, size=1 << 20, timeout=3, fail=0):
    with open(case.path("s.yaml"), "w") as f:
        f.write(SPACE.format(fake=FAKE, modes=", ".join(modes), xs=", ".join(map(str, xs)),
                             epochs=epochs, bytes=size, timeout=timeout, fail=fail))


def search(case, *words, limit=120):
    """(exit status, seconds, peak bytes of the driver, most processes at once)."""
    start, peak, most, turn = time.monotonic(), 0, 0, 0
    p = case.start(["s.yaml", "--out", "s", "-q", *words])
    while p.poll() is None:
        try:
            with open(f"/proc/{p.pid}/status") as f:
                peak = max([peak] + [int(line.split()[1]) << 10 for line in f if line.startswith("VmHWM")])
        except OSError:
            pass
        if turn % 50 == 0:
            most = max(most, len(case.processes()))
        turn += 1
        must(time.monotonic() - start < limit, "still there after", limit, "s")
        time.sleep(0.005)
    return p.returncode, time.monotonic() - start, peak, most


def outcomes(case):
    with open(case.path("s", "results.csv"), newline="") as f:
        return [(row["mode"], row["outcome"], row["reason"]) for row in csv.DictReader(f)]


def all_modes(case, copies, parallel, limit, size, timeout):
    """The metric's contract is about the first run, and the failure guard about the first
    three, so good ones go first and failures take their time."""
    xs = [i / 1000 for i in range(copies)]
    file(case, ["quadratic"] + [m for m in OUTCOMES if m != "quadratic"], xs, size=size,
         timeout=timeout, fail=1500)
    code, *_ = search(case, "-n", "1")
    must(code == 0, "the first run:", case.said())
    result = search(case, f"-j{parallel}", limit=limit)
    # Less than half fail, but not at every instant: the guard may stop it, once or twice.
    for _ in range(20):
        if result[0] != 4:
            break
        result = [max(pair) if i else pair[0] for i, pair in
                  enumerate(zip(search(case, f"-j{parallel}", limit=limit), result))]
    must(result[0] == 0, "exit", result[0], case.said())
    rows = outcomes(case)
    must(len(rows) == copies * len(OUTCOMES), len(rows), "trials")
    wrong = {(m, o, why) for m, o, why in rows if o != OUTCOMES[m]}
    must(not wrong, "other outcomes than expected:", sorted(wrong)[:5])
    return result


def every_mode(case):
    return all_modes(case, 2, 4, 300, 4 << 20, 3)


def thousand(case):
    copies = 25 if FULL else 24
    result = all_modes(case, copies, 1000, 600, 64 << 10, 15)
    must(result[3] > 500, "only", result[3], "processes were ever there at once")
    return result


def lines_of(case, mode, count=20, size=1 << 20, limit=900, check=None):
    file(case, [mode], epochs=count, size=size, timeout=limit)
    result = search(case, limit=limit)
    must(result[0] == 0, "exit", result[0], case.said())
    must(outcomes(case)[0][1] == "ok", outcomes(case))
    if check:
        check(os.path.join(case.dir, "s", "trials", "0000", "r0"))
    return result


def kept(folder):
    size = os.stat(os.path.join(folder, "stdout")).st_size
    must(size <= (64 << 20) + 100, "of its output", size, "bytes were kept")


def flood(case):
    return lines_of(case, "flood", size=10 << 30 if FULL else 200 << 20, check=kept)


def json_lines(case):
    return lines_of(case, "json-flood", count=10_000_000 if FULL else 300_000, check=kept)


def long_line(case):
    return lines_of(case, "long-line", size=1 << 30 if FULL else 100 << 20, check=kept)


def fork_bomb(case):
    """A time-out ends it, all of it."""
    file(case, ["quadratic", "fork-bomb"], epochs=3000 if FULL else 800, timeout=2)
    result = search(case)
    must(result[0] == 0, "exit", result[0], case.said())
    must([o for _, o, _ in outcomes(case)] == ["ok", "timeout"], outcomes(case))
    must(result[3] > 200, "only", result[3], "processes were ever there at once")
    return result


def early(case, mode, rule, epochs, trials, *words):
    """(as search; outcomes by trial), and every decision can be made again."""
    file(case, [mode], xs=[i / 100 for i in range(trials)], epochs=epochs, timeout=900)
    with open(case.path("s.yaml"), "a") as f:
        f.write(f"early_terminate: {rule}\n")
    result = search(case, *words, limit=900)
    must(case.run(["replay", "s/results.json"], limit=300) == 0, "replay:", case.said())
    return result, [o for _, o, _ in outcomes(case)]


def hopeless(case):
    """Stopped at its first report; it ignores SIGTERM and talks on as fast as it can."""
    result, ends = early(case, "stubborn", "{type: threshold, step: epoch, max: 0}",
                         10 ** 12, 12, "-j4")
    must(result[0] == 3 and ends == ["stopped"] * 12, "exit", result[0], ends)
    must(result[1] < 60, "it took", result[1], "s to stop them")
    return result


def judged_flood(case):
    """More reports than are kept, at every one of which it is judged."""
    result, ends = early(case, "json-flood", "{type: median, step: step, min_trials: 2, min_steps: 1}",
                         1_000_000 if FULL else 50_000, 8, "-j2")
    must(result[0] == 0 and set(ends) <= {"ok", "stopped"}, "exit", result[0], ends, case.said())
    return result


def own_names(case):
    """It writes over its own folder; what the driver made of it stands."""
    result = lines_of(case, "journal-names")
    must(case.run(["replay", "s/results.json"]) == 0, "replay:", case.said())
    with open(case.path("s", "results.csv")) as f:
        must("-1000000000" not in f.read(), "it took the child's file for its own")
    return result


STRANGE = {
    "every mode, -j4": every_mode,
    "1,000 at once, every mode": thousand,
    "fork bomb": fork_bomb,
    f"{'10 GB' if FULL else '200 MB'} of output": flood,
    f"{'10 million' if FULL else '300,000'} JSON lines": json_lines,
    f"one line of {'1 GB' if FULL else '100 MB'}": long_line,
    "files with the driver's names": own_names,
    "12 hopeless ones flood": hopeless,
    "judged at every report": judged_flood,
}


def main():
    only, bad, worst = os.environ.get("ONLY"), 0, 0
    print(f"{'children':30} {'seconds':>7} {'driver MB':>9} {'processes':>9}")
    for name, torture in STRANGE.items():
        if only and only not in name:
            continue
        case = Case("children")
        try:
            _, seconds, peak, most = torture(case)
            case.nobody_left()
            worst = max(worst, peak)
            must(0 < peak < LIMIT, "the driver grew to", peak, "bytes")
            print(f"{name:30} {seconds:7.1f} {peak / 2**20:9.1f} {most:9}", flush=True)
        except Exception as e:
            bad += 1
            print(f"FAIL {name}: {type(e).__name__}: {e}", flush=True)
        finally:
            case.close(bool(os.environ.get("KEEP")))
    print(f"children: {bad} failed, the driver's peak was {worst / 2**20:.1f} MB")
    return bool(bad) or not worst


if __name__ == "__main__":
    sys.exit(main())
