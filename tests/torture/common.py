"""What the torture scripts share: running hpsearch under a time limit, reading what it and
its children left, finding processes. Every process of a case carries a mark of its own in
its environment, so none can hide, whatever its parent and its session."""
import csv
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter

HPSEARCH = os.environ["HPSEARCH"]
TOOLS = os.environ["TOOLS"]
FAKE = os.path.join(TOOLS, "fake_train")
SHIM = os.environ.get("FAULT_SO", "")  # "": this build cannot be preloaded to
MARK = "HPS_TORTURE"
# A hundred thousand small files come and go: in memory, where there is such a place.
PLACE = os.environ.get("TMPDIR") or (os.access("/dev/shm", os.W_OK) and "/dev/shm") or None


class Failure(Exception):
    """A promise that was not kept; the text says which."""


def must(ok, text, *more):
    if not ok:
        raise Failure(" ".join(map(str, (text,) + more)))


class Case:
    """A folder, a mark, a ledger that the children of hpsearch write."""

    def __init__(self, name):
        self.name = name
        self.dir = tempfile.mkdtemp(prefix="hpsearch-torture.", dir=PLACE)
        self.mark = f"{os.getpid()}.{name}.{os.path.basename(self.dir)}"
        self.ledger = os.path.join(self.dir, "ledger")

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def env(self, fault=None, counts=None, extra=None):
        e = {k: v for k, v in os.environ.items() if not k.startswith("HPSEARCH_")}
        e.update({MARK: self.mark, "FAKE_LEDGER": self.ledger})
        if fault or counts:
            e["LD_PRELOAD"] = SHIM
        if fault:
            e["HPS_FAULT"] = fault
        if counts:
            e["HPS_FAULT_COUNTS"] = counts
        e.update(extra or {})
        return e

    def start(self, words, **more):
        """hpsearch WORDS in the background; what it says goes to out and err."""
        with open(self.path("out"), "wb") as out, open(self.path("err"), "wb") as err:
            return subprocess.Popen([HPSEARCH] + words, cwd=self.dir, env=self.env(**more),
                                    stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def run(self, words, limit=300, **more):
        """Its exit status; a hang is a failure."""
        p = self.start(words, **more)
        try:
            return p.wait(limit)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
            raise Failure(f"hpsearch {' '.join(words)}: still there after {limit} s") from None

    def said(self):
        with open(self.path("err"), errors="replace") as f:
            return f.read()

    def told(self):
        with open(self.path("out"), errors="replace") as f:
            return f.read()

    def processes(self):
        """Ids of all processes that carry the mark."""
        want = f"{MARK}={self.mark}".encode()
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as f:
                    if want in f.read().split(b"\0"):
                        found.append(int(pid))
            except OSError:
                pass
        return found

    def nobody_left(self, limit=120):
        end = time.monotonic() + limit
        while self.processes():
            if time.monotonic() > end:
                names = [describe(p) for p in self.processes()]
                self.end_all()
                raise Failure(f"processes left after {limit} s: {names}")
            time.sleep(0.005)

    def end_all(self):
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass

    def close(self, keep=False):
        self.end_all()
        if keep:
            print(f"  what it left is in {self.dir}", file=sys.stderr)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)


def describe(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            return f"{pid} {f.read().decode(errors='replace')}"
    except OSError:
        return str(pid)


def whole_lines(path):
    """The bytes of a journal up to its last newline."""
    try:
        with open(path, "rb") as f:
            text = f.read()
    except FileNotFoundError:
        return b""
    return text[:text.rfind(b"\n") + 1]


def folder_of(e):
    """Where the run of a journal's event lives."""
    if e["e"].startswith("verify"):
        c = e["c"] if isinstance(e["c"], str) else f"{e['c']:04}"
        return f"verify/{e['phase']}/{c}/r{e['r']}"
    return f"trials/{e['t']:04}/r{e['r']}"


def events(text):
    return [json.loads(line) for line in text.splitlines()]


def finished_runs(text):
    """{(folder, budget): value} of what a journal calls finished: each run once, or once for
    each budget that it was promoted to; None where runs are told none."""
    runs, budget = {}, {}
    for e in events(text):
        if e["e"] == "start":
            budget[folder_of(e)] = e.get("budget")
        if e["e"] == "requeue":
            runs.pop((folder_of(e), budget.get(folder_of(e))), None)
        if e["e"] not in ("end", "verify_end") or e.get("again"):
            continue
        key = folder_of(e), budget.get(folder_of(e))
        must(key not in runs, "finished twice:", key)
        runs[key] = (e["outcome"], e.get("value"))
    return runs


def begun(path, top):
    """(folder, budget) in the order in which the children say that they began."""
    try:
        with open(path) as f:
            words = [line.split() for line in f]
    except FileNotFoundError:
        return []
    found = [(os.path.relpath(w[5], top), w[6]) for w in words if w[0] == "begin"]
    return [(f, None if b == "-" else float(b)) for f, b in found]


def look(case, known):
    """What is finished was finished before and was not begun since; all was announced. known:
    what the last look has returned, (b"", {}, 0) before."""
    journal = whole_lines(case.path("s", "journal.jsonl"))
    must(journal.startswith(known[0]), "lines of the journal are gone or changed")
    runs = finished_runs(journal)
    ledger = begun(case.ledger, case.path("s"))
    again = [f for f in ledger[known[2]:] if f in known[1]]
    must(not again, "finished, and begun again:", again)
    announced = Counter((folder_of(e), e.get("budget")) for e in events(journal)
                        if e["e"] in ("start", "verify_start"))
    must(not Counter(ledger) - announced, "begun, and not in the journal:",
         Counter(ledger) - announced)
    return journal, runs, len(ledger)


def decisions_stand(text):
    """Of early stopping: a run that is stopped, or paused, ends and is not begun again but by
    a promotion; a larger budget is decided before it is told to anyone."""
    decided, told = {}, {}
    for e in events(text):
        if e["e"] not in ("start", "report", "rung", "decision", "end", "requeue"):
            continue
        run = folder_of(e)
        before = decided.get(run)
        if e["e"] == "start":
            must(before is None, "begun, and the decision was:", run, before)
            must(run not in told or told[run] == e.get("budget"), run, "was told", told.get(run),
                 "and begins with", e.get("budget"))
            told[run] = e.get("budget")
        elif e["e"] in ("report", "rung"):
            must(before is None, "a report behind the decision", run, before)
        elif e["e"] == "decision" and e["decision"] == "promote":
            must(before == "paused", "promoted:", run, "which was", before)
            must(e["budget"] > told[run], run, "promoted from", told[run], "to", e["budget"])
            decided[run], told[run] = None, e["budget"]
        elif e["e"] == "decision":
            must(before is None, "decided twice:", run, before, e["decision"])
            decided[run] = e["decision"]
        elif e["e"] == "end" and e.get("again"):
            decided[run] = None
        elif e["e"] == "end":
            if before in ("stop", "pause"):
                must(e["outcome"] not in ("ok", "preempted"), run, "was decided:", before,
                     "and ended", e["outcome"])
            paused = before == "pause" and e["outcome"] == "stopped"
            decided[run] = "paused" if paused else "over"
        else:
            decided.pop(run)


def ranking(directory):
    """What must be equal, however often a search was interrupted. Of a failed trial the other
    repeats may have run or not, depending on -j; a use of the test data counts even when
    it was cut short. What is said beside the metric hangs on when a stop arrives, and is not kept of a
    launch that was cut short."""
    with open(os.path.join(directory, "results.csv"), newline="") as f:
        rows = [{k: v for k, v in row.items() if k != "wall" and not k.startswith("metrics.")}
                for row in csv.DictReader(f)]
    with open(os.path.join(directory, "results.json")) as f:
        d = json.load(f)
    runs = sorted((t["id"], [(r["seed"], r["outcome"], r["value"], r["reports"])
                             for r in t["runs"]]) for t in d["trials"] if t["outcome"] == "ok")
    v = d["verification"]
    verdict = v and [v["answer"], v["better_by"]] + [
        (c["trial"], c["winner"], phase, [(r["seed"], r["outcome"], r["value"])
                                          for r in c[phase]["runs"]])
        for c in v["candidates"] for phase in ("rerun", "test") if phase in c]
    return rows, runs, verdict, d["search"]["state"]


def leftovers(directory):
    """Files that a search uses only while it runs."""
    return [f for f in os.listdir(directory) if f.endswith(".tmp") or f == ".reserve"]


def counts(path):
    """(how often the fault was done, calls of the wanted role, {call: (driver, supervisor)})."""
    with open(path, "rb") as f:
        b = f.read()
    done, every = struct.unpack_from("II", b)
    calls = {}
    for at in range(8, len(b), 32):
        name, driver, supervisor = struct.unpack_from("24sII", b, at)
        calls[name.rstrip(b"\0").decode()] = (driver, supervisor)
    return done, every, calls


def dice(*words):
    """Random numbers that depend on these words alone."""
    return random.Random(":".join(map(str, words)))


def number(name, otherwise):
    return int(os.environ.get(name) or otherwise)
