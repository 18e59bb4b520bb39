#!/usr/bin/python3
"""Time and memory against the number of trials, of runs at once, of parameters and of
values; fails where they grow out of proportion.

    N=100000 scale.py"""
import os
import subprocess
import sys
import time

from common import FAKE, Case, must, number

N = number("N", 100000)
TRUE = """command: [/bin/true]
method: random
parameters:
  lr: {min: 1e-5, max: 1e-1, log: true}
  batch: {values: [16, 32, 64, 128]}
  depth: {min: 1, max: 12}
"""


def search(case, *words, limit=3600):
    """(seconds, driver's peak in MB)."""
    start, peak = time.monotonic(), 0
    p = case.start(["s.yaml", "--out", "s", "-q", *words])
    while p.poll() is None:
        try:
            with open(f"/proc/{p.pid}/status") as f:
                peak = max([peak] + [int(line.split()[1]) for line in f if line.startswith("VmHWM")])
        except OSError:
            pass
        must(time.monotonic() - start < limit, "still there after", limit, "s")
        time.sleep(0.002)
    must(p.returncode in (0, 3), "exit", p.returncode, case.said())
    return time.monotonic() - start, peak / 1024


def write(case, text):
    with open(case.path("s.yaml"), "w") as f:
        f.write(text)


def real(n):
    """n runs of /bin/true, then the same command again: it only reads the journal."""
    case = Case("scale")
    try:
        write(case, TRUE)
        seconds, peak = search(case, f"-n{n}", "-j2")
        again, peak_again = search(case, f"-n{n}", "-j2")
        size = os.stat(case.path("s", "journal.jsonl")).st_size / n
        results = os.stat(case.path("s", "results.json")).st_size / 2**20
        print(f"/bin/true   {n:8} trials: {seconds:7.1f} s, {n / seconds:6.0f} /s, driver {peak:6.1f} MB; "
              f"{size:.0f} bytes of journal each, results.json {results:.1f} MB; "
              f"resume {again:.2f} s, {peak_again:.1f} MB", flush=True)
        return seconds / n, again / n
    finally:
        case.close()


def at_once(parallel):
    case = Case("scale")
    try:
        write(case, TRUE.replace("/bin/true", f'"{FAKE}", slow, 500'))
        seconds, peak = search(case, f"-n{2 * parallel}", f"-j{parallel}")
        print(f"at once     {parallel:8} runs:   {seconds:7.1f} s for {2 * parallel} trials of 0.5 s, "
              f"driver {peak:6.1f} MB", flush=True)
        must(peak < 50, "the driver grew to", peak, "MB")
    finally:
        case.close()


def wide(parameters, values):
    case = Case("scale")
    try:
        write(case, TRUE + "".join(f"  p{i}: {{min: 0.0, max: {i + 1}.0}}\n" for i in range(parameters)) +
              "  c: {values: [" + ", ".join(f"v{i}" for i in range(values)) + "]}\n")
        start = time.monotonic()
        must(case.run(["check", "s.yaml"]) == 0, case.said())
        check = time.monotonic() - start
        seconds, peak = search(case, "-n200", "-j2")
        print(f"wide        {parameters:8} parameters, {values} values: check {check:.3f} s, 200 trials "
              f"{seconds:.2f} s, driver {peak:.1f} MB", flush=True)
        return seconds, check
    finally:
        case.close()


def main():
    bad = 0
    if os.environ.get("BENCH"):
        study = [os.path.join(os.environ["BENCH"], "study"), "-n", str(N)]
        subprocess.run(study, check=True)
        for rule in ("{type: asha, grace: 1, max_iter: 9}",
                     "{type: asha, resource: {parameter: epochs, min: 1, max: 9}}"):
            print(f"early_terminate: {rule}", flush=True)
            subprocess.run(study + ["-m", "random", "-e", rule], check=True)
    try:
        few = real(N // 10)
        many = real(N)
        must(many[0] < 2.5 * few[0], "a trial among", N, "costs", many[0] / few[0], "times as much")
        must(many[1] < 3 * few[1] + 1e-5, "resuming grows out of proportion")
        must(many[1] * N < 1e-4 * N + 1, "resuming takes", many[1] * N, "s")
        at_once(100)
        at_once(1000)
        wide(50, 1000)
        seconds, check = wide(500, 10000)
        must(check < 2 and seconds < 30, "a wide space is slow")
    except Exception as e:
        bad = 1
        print(f"FAIL {type(e).__name__}: {e}")
    print(f"scale: {'FAILED' if bad else 'in proportion'}")
    return bad


if __name__ == "__main__":
    sys.exit(main())
