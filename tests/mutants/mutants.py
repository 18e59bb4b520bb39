#!/usr/bin/python3
"""Do the tests notice? Single changes of the source, drawn from a seed, are built one by one;
the tests that concern their room run until one of them fails. A mutant is killed when one
does, or takes much too long; it survives when all pass. What does not compile and what gives
the same object code is left out.

    N=100 SEED=1 JOBS=2 ROOMS="search study" ONLY="unit matrix" mutants.py FOLDER
    mutants.py FOLDER FILE OLD NEW …     changes of your own: OLD, once in FILE, becomes NEW

What was judged is kept in FOLDER/judged.jsonl: a run that was interrupted goes on where it was.
A mutant that has survived is judged again when a test has changed, or ONLY, which names the
beginnings of the tests that are run.
Each job works in a copy of its own, FOLDER/0, FOLDER/1, …"""
import filecmp
import hashlib
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import threading
import time

from mutate import Mutant, enums, mutants_of

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOMS = ["search", "record", "study", "early", "strategy", "run"]
COPIED = ["Makefile", "src", "include", "tests", "examples"]
O = "build/release"
TABLES = ["sobol_table.c"]  # numbers by the thousand, which one test compares with their sum

# The tests of a room: the programs, then the scripts, each the fastest first; but before all
# that of the file itself, unit/test_FILE, where there is one.
SEARCHES = ["unit/test_study", "unit/test_stopping", "unit/test_saved", "unit/test_journal",
            "unit/test_event", "unit/test_advice", "unit/test_judge", "unit/test_claim",
            "unit/test_meant", "unit/test_ledger", "unit/test_results", "e2e/search.sh",
            "e2e/verify.sh", "e2e/cost.sh", "e2e/resume.sh", "e2e/features.sh", "e2e/early.sh",
            "e2e/warm.sh", "e2e/journal.sh", "e2e/cli.sh", "e2e/schema1.sh"]
TESTS = {
    "run": ["unit/test_scrape", "unit/test_pool", "unit/test_fixtures", "unit/test_study",
            "e2e/search.sh", "e2e/cost.sh", "e2e/features.sh", "e2e/reading.sh",
            "e2e/security.sh", "e2e/children.sh"],
    "strategy": ["unit/test_strategy", "unit/test_proposals.sh", "matrix/test_matrix",
                 "unit/test_advice", "unit/test_importance", "unit/test_study", "unit/test_saved",
                 "e2e/search.sh", "e2e/cost.sh", "e2e/warm.sh", "e2e/features.sh"],
    "schedule": ["unit/test_schedule", "unit/test_ladder", "unit/test_hyperband_wandb",
                 "unit/test_stopping", "e2e/early.sh"],
}
# Files that other tests than those of their room look at.
OF_FILES = {
    "study/outside.c": ["e2e/strategy.sh"],
    "study/outside_json.c": ["e2e/strategy.sh"],
    "run/talk.c": ["e2e/strategy.sh"],
    "study/elsewhere.c": ["e2e/asktell.sh", "e2e/library.sh"],
    "search/claim.c": ["e2e/trust.sh"],
    "search/judge.c": ["e2e/trust.sh"],
    "search/verdict.c": ["e2e/trust.sh"],
}
PATIENCE = 5     # times as long as without a mutant …
LEAST = 12       # … and never fewer seconds than this
MEMORY, FILE = 4 << 30, 512 << 20


def number(name, default):
    return int(os.environ.get(name) or default)


def there_is(test):
    return os.path.exists(os.path.join(ROOT, "tests", test + ("" if ".sh" in test else ".c")))


def tests_of(path, times=None):
    """By the folder and name of a file; sorted when it is known how long they take."""
    _, room, name = path.split("/")
    own = "unit/test_" + name[:-2]
    only = tuple(os.environ.get("ONLY", "").split()) or ""
    names = {own, *TESTS.get(room, SEARCHES), *OF_FILES.get(room + "/" + name, ())}
    names = sorted(n for n in names if n.startswith(only) and there_is(n))
    if times:
        names.sort(key=lambda n: (n != own, n.endswith(".sh"), times[n]))
    return names


def files_of(root):
    """The files that are copied, by their path from there."""
    found = {w for w in COPIED if os.path.isfile(os.path.join(root, w))}
    for what in COPIED:
        for d, _, names in os.walk(os.path.join(root, what)):
            found |= {os.path.relpath(os.path.join(d, n), root) for n in names
                      if not n.endswith(".pyc")}
    return found


def limits():
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, FILE),
                       (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, 4000)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))


# A mutant of what ends processes may end whichever it can see: it sees none but its own, and all
# of them end with the first.
ALONE = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc",
         "--kill-child"]
# Where the folder is not itself there: a /tmp in memory, which ends with them. Most of what tests
# do is to wait for a disk.
OWN_TMP = ["sh", "-c", 'mount -t tmpfs none /tmp && exec "$@"', "sh"]


class Place:
    """A copy of the source in which one mutant at a time is built and tested."""

    def __init__(self, folder, name):
        self.dir = os.path.join(folder, name)
        self.tmp = os.path.join(self.dir, "tmp")
        self.times, self.objects = {}, {}
        self.env = {k: v for k, v in os.environ.items()
                    if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MODE", "BUILD", "CFLAGS")}
        out = os.path.join(self.dir, O)
        self.env.update(TMPDIR=self.tmp, HPSEARCH=out + "/hpsearch",
                        TOOLS=out + "/tests/tools", SRCDIR=self.dir, TEST_JOBS="1",
                        MLP=out + "/examples/mlp/mlp", FAULT_SO=out + "/tests/torture/fault.so",
                        HPS_SLOW_TESTS="1", LC_ALL="C.UTF-8")
        os.makedirs(self.dir, exist_ok=True)
        self.copy()
        self.clean()

    def copy(self):
        """Every file as it is in the source, also where a mutant was left behind."""
        ours, theirs = files_of(ROOT), files_of(self.dir)
        for path in theirs - ours:
            os.remove(os.path.join(self.dir, path))
        for path in ours:
            here = os.path.join(self.dir, path)
            if path not in theirs or not filecmp.cmp(os.path.join(ROOT, path), here, False):
                os.makedirs(os.path.dirname(here), exist_ok=True)
                shutil.copy(os.path.join(ROOT, path), here)

    def clean(self):
        shutil.rmtree(self.tmp, ignore_errors=True)
        os.makedirs(self.tmp, exist_ok=True)

    def make(self, *targets):
        """Without what a debugger wants: then the same code is the same object."""
        return subprocess.run(["make", "-s", "-j2", "MODE=release", "CFLAGS=-g0", *targets],
                              cwd=self.dir, env=self.env, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)

    def build(self, *tests):
        """What they need."""
        wanted = {O + "/tests/tools/fake_train"}
        for test in tests:
            if test.endswith(".sh"):
                wanted |= {O + "/hpsearch", O + "/examples/mlp/mlp", O + "/tests/torture/fault.so",
                           O + "/tests/tools/proposals"}
            else:
                wanted.add(O + "/tests/" + test)
        return self.make(*sorted(wanted))

    def object_of(self, path):
        """The bytes; None where it does not compile."""
        obj = os.path.join(O, path[:-2] + ".o")
        if self.make(obj).returncode:
            return None
        with open(os.path.join(self.dir, obj), "rb") as f:
            return f.read()

    def run(self, test, limit):
        """None where it passes, else what was wrong."""
        program = os.path.join(self.dir, "tests" if test.endswith(".sh") else O + "/tests", test)
        with open(self.dir + "/log", "wb") as log:
            own_tmp = [] if self.dir.startswith("/tmp/") else OWN_TMP
            p = subprocess.Popen([*ALONE, *own_tmp, self.dir + "/tests/patience.sh", str(limit),
                                  program],
                                 cwd=self.tmp, env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                                 stderr=log, start_new_session=True, preexec_fn=limits)
        failed, code = None, None
        while not failed and code is None:
            try:
                code = p.wait(0.3)
            except subprocess.TimeoutExpired:
                pass
            failed = self.failed()
        p.kill()  # the rest of the test, where one has failed
        p.wait()
        self.clean()
        return "time-out" if code == 124 else failed or ("exit %d" % code if code else None)

    def failed(self):
        """The first test that the log says has failed."""
        with open(self.dir + "/log", errors="replace") as log:
            return next((line.strip() for line in log if re.match("not ok .*\n", line)), None)

    def first_time(self, test):
        """How long it takes without a mutant; it must pass."""
        built = self.build(test)
        start = time.monotonic()
        wrong = built.stderr if built.returncode else self.run(test, 900)
        if wrong:
            sys.exit("%s fails without any mutant: %s" % (test, wrong))
        # By the clock of patience.sh.
        busy = os.getloadavg()[0] / os.cpu_count()
        self.times[test] = (time.monotonic() - start) / max(1, busy)

    def judge(self, mutant):
        """(verdict, by what); the source is as it was afterwards."""
        path = os.path.join(self.dir, mutant.path)
        with open(path) as f:
            source = f.read()
        if mutant.path not in self.objects:
            self.objects[mutant.path] = self.object_of(mutant.path)
        try:
            with open(path, "w") as f:
                f.write(mutant.applied(source))
            changed = self.object_of(mutant.path)
            if changed in (None, self.objects[mutant.path]):
                return "same code" if changed else "does not compile", ""
            tests = tests_of(mutant.path, self.times)
            built = []
            for test in tests:
                if test not in built:
                    # The first alone, for it may be enough; then all of a kind.
                    built = [t for t in tests if t.endswith(".sh") == test.endswith(".sh")
                             and (built or t == test)]
                    if self.build(*built).returncode:
                        return "does not compile", ""
                wrong = self.run(test, max(LEAST, int(PATIENCE * self.times[test])))
                if wrong:
                    return "killed", "%s: %s" % (test, wrong)
            return "survived", ""
        finally:
            with open(path, "w") as f:
                f.write(source)


class Drawing:
    """Mutants in the order of the seed: a kind, then one of its kind, none twice."""

    def __init__(self, rooms, seed):
        files = [os.path.join("src", r, f) for r in rooms
                 for f in sorted(os.listdir(os.path.join(ROOT, "src", r)))]
        sources = {}
        for d, _, names in sorted(os.walk(os.path.join(ROOT, "src"))):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    full = os.path.join(d, name)
                    with open(full) as f:
                        sources[os.path.relpath(full, ROOT)] = f.read()
        following = enums(sources.values())
        self.digest = {p: hashlib.sha256(t.encode()).hexdigest()[:16] for p, t in sources.items()}
        self.kinds, self.paths = {}, []
        for path in files:
            if path.endswith(".c") and os.path.basename(path) not in TABLES:
                self.paths.append(path)
                for m in mutants_of(path, sources[path], following):
                    self.kinds.setdefault(m.kind, []).append(m)
        self.rng = random.Random(seed)
        self.all = sum(map(len, self.kinds.values()))

    def draw(self):
        """None: all are drawn."""
        left = sorted(k for k, v in self.kinds.items() if v)
        if not left:
            return None
        some = self.kinds[self.rng.choice(left)]
        return some.pop(self.rng.randrange(len(some)))


class Trial:
    """The drawing, what is judged, and who is at work; all under one lock."""

    def __init__(self, folder, drawing, n):
        self.path = os.path.join(folder, "judged.jsonl")
        self.drawing, self.n, self.lock = drawing, n, threading.Lock()
        self.results, self.drawn, self.known = {}, 0, {}
        self.tests = state_of("tests") + os.environ.get("ONLY", "")
        if os.path.exists(self.path):
            with open(self.path) as f:
                for line in f:
                    if line.endswith("\n"):
                        one = json.loads(line)
                        if one["verdict"] != "survived" or one["tests"] == self.tests:
                            self.known[one["key"]] = one["verdict"], one["by"]

    def counts(self):
        return sum(v[0] in ("killed", "survived") for _, v in self.results.values())

    def next(self):
        """(place in the drawing, mutant), or None when there are enough."""
        while True:
            with self.lock:
                under_way = self.drawn - len(self.results)
                if self.counts() + under_way >= self.n:
                    # Of those under way some may not count.
                    if self.counts() >= self.n or not under_way:
                        return None
                else:
                    mutant = self.drawing.draw()
                    if not mutant:
                        return None
                    at, self.drawn = self.drawn, self.drawn + 1
                    key = self.key(mutant)
                    if key not in self.known:
                        return at, mutant
                    self.results[at] = mutant, self.known[key]
                    continue
            time.sleep(0.5)

    def key(self, mutant):
        return "%s %s" % (self.drawing.digest[mutant.path], mutant.key())

    def tell(self, at, mutant, verdict):
        with self.lock:
            self.results[at] = mutant, verdict
            with open(self.path, "a") as f:
                f.write(json.dumps({"key": self.key(mutant), "verdict": verdict[0],
                                    "by": verdict[1], "tests": self.tests}) + "\n")
            if verdict[0] in ("killed", "survived"):
                print("%4d %-8s %s%s" % (self.counts(), verdict[0], mutant,
                                         "  [%s]" % verdict[1] if verdict[1] else ""), flush=True)

    def work(self, place):
        while (got := self.next()) is not None:
            at, mutant = got
            self.tell(at, mutant, place.judge(mutant))


def table(results):
    verdicts = ["killed", "survived", "same code", "does not compile"]
    print("\n%-12s" % "" + "".join("%18s" % v for v in verdicts))
    rooms = sorted({m.path.split("/")[1] for m, _ in results})
    for room in rooms + ["all"]:
        row = [v for m, (v, _) in results if room in ("all", m.path.split("/")[1])]
        print("%-12s" % room + "".join("%18d" % row.count(v) for v in verdicts))
    left = [m for m, (v, _) in results if v == "survived"]
    print("\nsurvived:" if left else "\nnone survived")
    for m in left:
        print("  %s" % m)


def state_of(what="", but=None):
    """A sum of the files whose path begins so."""
    sums = hashlib.sha256()
    for path in sorted(p for p in files_of(ROOT) if p.startswith(what)):
        if not (but and but.match(path)):
            with open(os.path.join(ROOT, path), "rb") as f:
                sums.update(path.encode() + f.read())
    return sums.hexdigest()


# What a test does not see: the others, and what is no test.
OTHERS = r"tests/(unit/test_\w+\.(c|sh)|e2e/(?!lib\.sh).*|matrix/.*|mutants/.*|bench/.*|README\.md)$"


def state_for(test):
    own = re.escape("tests/" + test + ("" if test.endswith(".sh") else ".c"))
    return state_of(but=re.compile("(?!%s)%s" % (own, OTHERS)))


def places(folder, n, paths):
    """With their builds, and the times of the tests, each of which is kept as long as no file
    that it may see changes."""
    tests = sorted({t for p in paths for t in tests_of(p)})
    kept, known = os.path.join(folder, "times.json"), {}
    if os.path.exists(kept):
        with open(kept) as f:
            known = json.load(f)
    states = {t: state_for(t) for t in tests}
    times = {t: known[t][1] for t in tests if known.get(t, [""])[0] == states[t]}
    all_of_them = [Place(folder, str(i)) for i in range(n)]
    first = all_of_them[0]
    first.times = times
    missing = [t for t in tests if t not in times]
    if missing:
        print("%d tests without a mutant first" % len(missing), flush=True)
    for test in missing:
        first.first_time(test)
        known[test] = [states[test], times[test]]
        with open(kept, "w") as f:
            json.dump(known, f)
    for other in all_of_them[1:]:
        other.times = times
        if missing or not os.path.exists(os.path.join(other.dir, "build")):
            subprocess.run(["cp", "-rpu", os.path.join(first.dir, "build"), other.dir], check=True)
    return all_of_them


def of_your_own(folder, words):
    mutants = []
    for path, old, new in zip(words[::3], words[1::3], words[2::3]):
        with open(os.path.join(ROOT, path)) as f:
            source = f.read()
        if source.count(old) != 1:
            sys.exit("%s has that %d times: %s" % (path, source.count(old), old))
        start = source.index(old)
        mutants.append(Mutant("own", path, source, start, start + len(old), new))
    place = places(folder, 1, [m.path for m in mutants])[0]
    for mutant in mutants:
        verdict, by = place.judge(mutant)
        print("%-8s %s  [%s]" % (verdict, mutant, by), flush=True)


def main():
    folder = os.path.abspath(sys.argv[1])
    os.makedirs(folder, exist_ok=True)
    if len(sys.argv) > 2:
        of_your_own(folder, sys.argv[2:])
        return
    rooms = (os.environ.get("ROOMS") or " ".join(ROOMS)).split()
    drawing = Drawing(rooms, number("SEED", 1))
    trial = Trial(folder, drawing, number("N", 100))
    print("%d mutants in %s" % (drawing.all, " ".join(rooms)), flush=True)
    workers = [threading.Thread(target=trial.work, args=(p,), daemon=True)
               for p in places(folder, number("JOBS", 2), drawing.paths)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    table([trial.results[k] for k in sorted(trial.results)])


def behind_a_wall():
    """All of this as well: what is left ends with it."""
    if os.environ.get("MUTANTS_WALL"):
        return
    if subprocess.run([*ALONE, "true"], check=False).returncode:
        sys.exit("a mutant needs processes of its own (unshare), or it might end others")
    os.environ["MUTANTS_WALL"] = "1"
    os.execvp(ALONE[0], [*ALONE, sys.executable, *sys.argv])


if __name__ == "__main__":
    behind_a_wall()
    main()
