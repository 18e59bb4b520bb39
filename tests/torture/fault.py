#!/usr/bin/python3
"""Makes the n-th call of every system function fail, n = 1, 2, 3 … until a search no longer
reaches it, with every errno that is plausible there, and looks at what became of the search.

    JOBS=2 fault.py                      everything
    POINTS=200 SEED=1 fault.py           so many points, drawn from all
    POINT="fresh driver write 3 ENOSPC" fault.py   one point; KEEP=1: its files are kept
    CALL="write fsync" fault.py          these calls only; SCENARIO="promote bayes" likewise

After each fault: the program has not died of a signal nor hung; either it finished as if
nothing had happened, or its exit status and its last words say what was wrong. Nobody is
left. Every line of the journal stays, the same command without the fault goes on to the
same ranking, no finished run is run again, replay agrees."""
import os
import re
import shutil
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from common import (FAKE, SHIM, Case, begun, counts, decisions_stand, dice, finished_runs, leftovers,
                    must, number, ranking, whole_lines)

SPACE = f"""command: ["{FAKE}", "${{args}}"]
metric: {{name: loss}}
kill_grace: 1
"""
PLAIN = SPACE + """method: random
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
  mode: {values: [quadratic, results-file], default: results-file}
max_trials: 3
test: {top: 1, repeats: 2}
"""
EARLY = SPACE + """method: random
parameters:
  x: {min: 0.0, max: 1.0, default: 0.9}
  mode: {values: [checkpoint, curve, stubborn], default: checkpoint}
  epochs: {value: 4}
max_trials: 5
early_terminate: {type: asha, mode: promote, grace: 1, eta: 2, max_iter: 4, step: epoch}
"""
MODEL = SPACE + """method: bayes
parameters: {x: {min: 0.0, max: 1.0, default: 0.9}}
max_trials: 6
"""
SPACE_FILE = ("EMFILE", "ENFILE", "ENOSPC", "EACCES", "EIO", "EINTR", "ENOMEM")
MEMORY = ("ENOMEM",)
# What may happen to whom. "+": from then on; those are tried at n = 1, 2, 3, 5, 8, 13 …
DRIVER = {
    "write": ("ENOSPC", "EIO", "EINTR", "SHORT", "EDQUOT", "ENOSPC+", "EIO+"),
    "pwrite": ("ENOSPC", "EIO", "SHORT"), "send": ("EAGAIN", "ECONNRESET", "SHORT", "EINTR"),
    "read": ("EIO", "EINTR", "SHORT"), "pread": ("EIO", "EINTR", "SHORT"),
    "recv": ("EAGAIN", "EINTR", "SHORT", "ECONNRESET"),
    "fsync": ("EIO", "ENOSPC", "EINTR"), "fdatasync": ("EIO", "ENOSPC", "EDQUOT", "EIO+"),
    "ftruncate": ("EIO", "EINTR", "ENOSPC"), "posix_fallocate": ("ENOSPC", "EINTR"),
    "lseek": ("EINVAL",), "close": ("EIO", "EINTR", "ENOSPC"),
    "rename": ("ENOSPC", "EIO", "EACCES"), "unlink": ("EACCES", "EIO", "EROFS"),
    "mkdir": ("ENOSPC", "EACCES", "EIO", "ENOSPC+"),
    "open": SPACE_FILE + ("ENOSPC+", "EMFILE+"), "openat": ("EMFILE", "ENOENT"),
    "opendir": ("EMFILE", "ENOMEM", "EACCES"), "stat": ("EIO", "EACCES"), "fstat": ("EIO", "ENOMEM"),
    "flock": ("ENOLCK", "EINTR"), "fcntl": ("EMFILE", "EINVAL"), "getcwd": ("ENOENT", "EACCES"),
    "realpath": ("EACCES", "ENOMEM", "EIO"), "pipe2": ("EMFILE", "ENFILE"),
    "socketpair": ("EMFILE", "ENFILE", "ENOBUFS"), "epoll_create1": ("EMFILE", "ENOMEM"),
    "epoll_ctl": ("ENOMEM", "ENOSPC"), "epoll_wait": ("EINTR",), "signalfd": ("EMFILE", "ENOMEM"),
    "poll": ("EINTR", "ENOMEM"), "fork": ("EAGAIN", "ENOMEM", "EAGAIN+"),
    "posix_spawnp": ("EAGAIN", "ENOENT"), "waitpid": ("EINTR",),
    "getrlimit": ("EPERM",), "setrlimit": ("EPERM",), "mmap": MEMORY,
    "malloc": MEMORY, "calloc": MEMORY, "realloc": MEMORY,
}
SUPERVISOR = {
    "recv": ("EAGAIN", "EINTR", "SHORT", "ECONNRESET"), "send": ("ECONNRESET",),
    "open": SPACE_FILE, "fcntl": ("EMFILE", "EINVAL"), "fstat": ("EIO",), "close": ("EIO",),
    "ppoll": ("EINTR", "ENOMEM"), "vfork": ("EAGAIN", "ENOMEM", "EAGAIN+"), "wait4": ("EINTR",),
    "waitid": ("EINTR",), "setrlimit": ("EPERM",), "mmap": MEMORY, "opendir": ("EMFILE",),
    "malloc": MEMORY, "calloc": MEMORY, "realloc": MEMORY,
}
ALL = [("driver", c, h) for c, hows in DRIVER.items() for h in hows] + \
      [("supervisor", c, h) for c, hows in SUPERVISOR.items() for h in hows]
REASON = re.compile("No space|Input/output|Interrupted|memory|Too many open files|denied|locks|"
                    "Resource temporarily|quota|Read-only|Invalid argument|No such file|buffer space|"
                    "not permitted|No child|reset by peer|not a directory|disk did not|cut|removed|"
                    "could not|cannot|supervisor")


class Scenario:
    """How a search stands when the faulty session begins."""

    def __init__(self, name, text=PLAIN):
        """What depends on results is done one by one, so that it can be compared; after a
        run that failed it goes another way."""
        self.name, self.text = name, text
        self.learns = text is not PLAIN
        self.template = Case(name)
        with open(self.template.path("s.yaml"), "w") as f:
            f.write(text)

    def words(self):
        return ["s.yaml", "-j1" if self.learns else "-j2", "--out", "s", "-q"]

    def prepare(self):
        """fresh: nothing is there. resume: an earlier session was killed while a line was
        on its way to the disk."""
        whole = Case("whole")
        shutil.copy(self.template.path("s.yaml"), whole.dir)
        self.code = whole.run(self.words(), counts=whole.path("counts"))
        must(self.code in (0, 5), "the search by itself ends with", self.code, whole.said())
        self.whole = ranking(whole.path("s"))
        if "resume" in self.name:
            journal = whole_lines(whole.path("s", "journal.jsonl"))
            end = [m.end() for m in re.finditer(rb'"e":"end".*\n', journal)][4 * self.learns or 1]
            os.mkdir(self.template.path("s"))
            with open(self.template.path("s", "journal.jsonl"), "wb") as f:
                f.write(journal[:end + 40])
        whole.close()

    def copy(self, name):
        case = Case(name)
        shutil.copytree(self.template.dir, case.dir, dirs_exist_ok=True)
        return case


SCENARIOS = {s.name: s for s in (Scenario("fresh"), Scenario("resume"), Scenario("promote", EARLY),
                                 Scenario("promote-resume", EARLY), Scenario("bayes", MODEL),
                                 Scenario("bayes-resume", MODEL))}


def judge_end(case, scenario, role, call, got):
    """What the faulty session said; True: as if nothing had happened."""
    said = case.said()
    must(got >= 0, "died of signal", -got, said)
    must(got != 70, "the shim:", said)
    if got == scenario.code:
        return True
    must(got in (1, 2) or (role == "supervisor" and got in (3, 4)), "exit", got, said)
    must(said.strip(), "exit", got, "without a word")
    if call in ("malloc", "calloc", "realloc"):
        must("memory" in said or role == "supervisor", "exit", got, "but says", said)
    must(REASON.search(said), "exit", got, "without a reason:", said)
    return False


def go_on(case, scenario, known, had):
    """The same command without the fault; True: failed runs had to be asked for again."""
    got = case.run(scenario.words())
    journal = whole_lines(case.path("s", "journal.jsonl"))
    must(journal.startswith(known[0]), "lines of the journal are gone or changed")
    again = [f for f in begun(case.ledger, case.path("s"))[had:] if f in known[1]]
    must(not again, "finished, and begun again:", again)
    asked = False
    if got != scenario.code or ranking(case.path("s")) != scenario.whole:
        asked = True
        said = case.said()
        got = case.run(scenario.words() + ["--retry-failed"])
        must(got == scenario.code, "the next session ends with", got, said, case.said())
    decisions_stand(whole_lines(case.path("s", "journal.jsonl")))
    return asked


def point(scenario, role, call, n, how, keep=False):
    """(reached, outcome, what went wrong). Outcomes: survived, ended, retried."""
    case = scenario.copy(f"{scenario.name}.{role}.{call}.{n}.{how.replace('+', 'p')}")
    try:
        before = whole_lines(case.path("s", "journal.jsonl"))
        known = (before, finished_runs(before))
        got = case.run(scenario.words(), fault=f"{role} {call} {n} {how}",
                       counts=case.path("counts"))
        if not counts(case.path("counts"))[0]:
            return False, None, None
        survived = judge_end(case, scenario, role, call, got)
        case.nobody_left()
        journal = whole_lines(case.path("s", "journal.jsonl"))
        must(journal.startswith(before), "lines of the journal are gone or changed")
        known = (journal, finished_runs(journal))
        asked = go_on(case, scenario, known, len(begun(case.ledger, case.path("s"))))
        case.nobody_left()
        must(ranking(case.path("s")) == scenario.whole or (asked and scenario.learns),
             "another ranking than without the fault")
        must(not leftovers(case.path("s")), "left behind:", leftovers(case.path("s")))
        must(case.run(["replay", "s/results.json"]) == 0, "replay:", case.said())
        return True, "retried" if asked else "survived" if survived else "ended", None
    except Exception as e:
        return True, "failed", f"{type(e).__name__}: {e}"
    finally:
        case.close(keep)


def ladder(how, many):
    """n: one by one, or growing where the fault stays; of many calls ever fewer."""
    if not how.endswith("+"):
        n = 1
        while True:
            yield n
            n += 1 + (n // 12 if many else 0)
    a, b = 1, 2
    while True:
        yield a
        a, b = b, a + b


class Table:
    def __init__(self):
        self.lock = threading.Lock()
        self.rows, self.bad = {}, []

    def add(self, scenario, role, call, n, how, outcome, why):
        with self.lock:
            row = self.rows.setdefault((role, call), dict.fromkeys(
                ("survived", "ended", "retried", "failed"), 0))
            row[outcome] += 1
            if why:
                self.bad.append(why)
                if len(self.bad) <= 60:
                    print(f'FAIL {scenario.name} {role} {call} {n} {how}: {why}', flush=True)

    def show(self, seconds):
        print(f"{'in':10} {'call':15} {'points':>6} {'survived':>8} {'ended':>6} {'retried':>7} {'FAILED':>6}")
        total = dict.fromkeys(("survived", "ended", "retried", "failed"), 0)
        for (role, call), row in sorted(self.rows.items()):
            print(f"{role:10} {call:15} {sum(row.values()):6} {row['survived']:8} {row['ended']:6} "
                  f"{row['retried']:7} {row['failed']:6}")
            for k in total:
                total[k] += row[k]
        print("survived: the search finished in spite of it; ended: exit and reason said, the next session "
              "finished;\nretried: a run failed for want of a process, --retry-failed brought it back")
        print(f"fault: {sum(total.values())} points tried, {total['survived']} survived, {total['ended']} "
              f"ended well and were resumed, {total['retried']} needed --retry-failed, {total['failed']} "
              f"failed, {seconds:.0f} s", flush=True)


def climb(table, scenario, role, call, how):
    """All points of one kind."""
    for n in ladder(how, scenario.learns):
        reached, outcome, why = point(scenario, role, call, n, how)
        if not reached:
            return
        table.add(scenario, role, call, n, how, outcome, why)


def sample(table, wanted, seed, jobs):
    """Some points only: for each drawn kind a random n within what a session calls."""
    rng = dice("fault", seed)
    reach = {}
    for scenario in SCENARIOS.values():
        case = scenario.copy("count")
        case.run(scenario.words(), counts=case.path("counts"))
        reach[scenario.name] = counts(case.path("counts"))[2]
        case.close()

    def try_one(kind):
        scenario, (role, call, how), n = kind
        reached, outcome, why = point(scenario, role, call, n, how)
        if reached:
            table.add(scenario, role, call, n, how, outcome, why)

    kinds = []
    while len(kinds) < wanted:
        scenario, kind = rng.choice(list(SCENARIOS.values())), rng.choice(ALL)
        n = reach[scenario.name][kind[1]][kind[0] == "supervisor"]
        if n:
            kinds.append((scenario, kind, rng.randint(1, n)))
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(try_one, kinds))


def main():
    start, table, jobs = time.monotonic(), Table(), number("JOBS", 2)
    # Told to end, it still shows what it has.
    signal.signal(signal.SIGTERM, lambda *_: (table.show(time.monotonic() - start), os._exit(1)))
    if not SHIM:
        print("fault: this build cannot be preloaded to")
        return 1
    for s in SCENARIOS.values():
        s.prepare()
    try:
        if os.environ.get("POINT"):
            name, role, call, n, how = os.environ["POINT"].split()
            reached, outcome, why = point(SCENARIOS[name], role, call, int(n), how,
                                          bool(os.environ.get("KEEP")))
            print(outcome or "not reached", why or "")
            return outcome == "failed"
        if number("POINTS", 0):
            sample(table, number("POINTS", 0), number("SEED", 1), jobs)
        else:
            only = os.environ.get("CALL")
            where = os.environ.get("SCENARIO", " ".join(SCENARIOS)).split()
            kinds = [(s, *k) for s in SCENARIOS.values() for k in ALL
                     if s.name in where and (not only or k[1] in only.split())]
            with ThreadPoolExecutor(jobs) as pool:
                list(pool.map(lambda k: climb(table, *k), kinds))
    finally:
        for s in SCENARIOS.values():
            s.template.close()
    table.show(time.monotonic() - start)
    return bool(table.bad)


if __name__ == "__main__":
    sys.exit(main())
