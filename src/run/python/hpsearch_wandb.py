"""wandb without its server: what is logged reaches hpsearch, and nothing leaves the machine.

Written against wandb 0.13 to 0.31. The parameters come without us, from the file that
WANDB_SWEEP_PARAM_PATH names.
"""
import atexit
import math
import os
import sys

import hpsearch_hook
from hpsearch_hook import observe, plain, row

SWEEP = "hpsearch"  # what wandb.sweep() answers


def as_number(value):
    value = plain(value)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number and not math.isnan(value) else None


class Aggregate:
    """The summary of one metric for which define_metric asked."""

    def __init__(self, ways):
        self.ways = ways
        self.n = self.total = 0
        self.first = self.low = self.high = None

    def take(self, x):
        self.n += 1
        self.total += x
        self.first = x if self.n == 1 else self.first
        self.low = x if self.n == 1 else min(self.low, x)
        self.high = x if self.n == 1 else max(self.high, x)

    def values(self):
        all_ways = {"min": self.low, "max": self.high, "first": self.first,
                    "mean": self.total / self.n if self.n else None}
        return {w: all_ways[w] for w in self.ways if all_ways.get(w) is not None}


class Watch:
    """What one wandb run was given and is not told yet."""

    def __init__(self):
        self.pending = {}
        self.asked = {}  # define_metric: a name, perhaps with a * behind it -> ways
        self.aggregates = {}
        self.place = {}

    def aggregate(self, key):
        if key not in self.aggregates:
            ways = self.asked.get(key)
            if ways is None:
                fits = [n for n in self.asked if n[-1:] == "*" and key.startswith(n[:-1])]
                ways = self.asked[max(fits, key=len)] if fits else []
            self.aggregates[key] = Aggregate(ways)
        return self.aggregates[key]

    def log(self, values, place):
        for key, value in list(values.items()):
            x = as_number(value) if self.asked else None
            if x is None:
                continue
            self.aggregate(key).take(x)
            for way, y in self.aggregate(key).values().items():
                values[key + "." + way] = y
        self.place = place
        hpsearch_hook.channel.log("wandb", values, **place)

    def finish(self):
        """What was held back; and the summaries, which W&B ranks by."""
        if self.pending:
            pending, self.pending = self.pending, {}
            self.log(pending, {})
        if os.environ.get("HPSEARCH_REDUCE", "last") != "last":
            return
        final = {}
        for key, aggregate in self.aggregates.items():
            values = list(aggregate.values().values())
            if len(values) == 1:
                final[key] = values[0]
        tell_news(final, self.place)


def tell_news(values, place):
    last = hpsearch_hook.channel.last
    news = {k: v for k, v in row(values).items() if k not in last or last[k] != v}
    if news:
        hpsearch_hook.channel.log("wandb", news, **place)


watches = {}


def watch_of(run):
    return watches.setdefault(id(run), Watch())


def logged(_, run, data, step=None, commit=None, *args, **kwargs):
    w = watch_of(run)
    values = row(data)
    if step is None and commit is False:
        w.pending.update(values)
    elif step is None:
        w.pending.update(values)
        values, w.pending = w.pending, {}
        w.log(values, {})
    else:
        w.log(values, {"step": step})


def defined(_, run, name, step_metric=None, step_sync=None, hidden=None, summary=None, *args,
            **kwargs):
    if summary:
        watch_of(run).asked[name] = [s.strip().lower() for s in summary.split(",")]


def summarised(_, summary, values, *args, **kwargs):
    """run.summary["name"] = x, run.summary.update(...), also below a key."""
    while vars(summary).get("_parent") is not None:
        values = {vars(summary)["_parent_key"]: values}
        summary = vars(summary)["_parent"]
    tell_news(values, {})


def finished(_, run, *args, **kwargs):
    w = watches.pop(id(run), None)
    if w is not None:
        w.finish()


@atexit.register
def finish_all():
    for w in list(watches.values()):
        try:
            w.finish()
        except Exception:
            pass


def hello(wandb, mode):
    try:
        hpsearch_hook.channel.say(wandb=mode, version=str(wandb.__version__))
    except Exception:
        pass


def stay_offline(wandb):
    init, finish = wandb.init, getattr(wandb, "finish", None)
    usage_error = getattr(wandb.errors, "UsageError", RuntimeError)

    def init_offline(*args, **kwargs):
        kwargs["mode"] = "offline"
        run = init(*args, **kwargs)
        hello(wandb, "offline")
        return run

    def login(*args, **kwargs):
        return True

    def sweep(sweep=None, *args, **kwargs):
        return SWEEP

    def agent(sweep_id=None, function=None, *args, **kwargs):
        if function is None:
            raise usage_error("wandb.agent without a function starts a program; under hpsearch "
                              "the command of its file is that program")
        function()
        if finish is not None and wandb.run is not None:
            finish()
        sys.exit(0)  # one process is one trial

    init_offline.__doc__ = init.__doc__
    wandb.init, wandb.login, wandb.sweep, wandb.agent = init_offline, login, sweep, agent


def no_api(public):
    """wandb.apis.public, which some versions import late."""
    if os.environ.get("WANDB_MODE") == "online":
        return

    def refuse(self, *args, **kwargs):
        raise sys.modules["wandb.errors"].UsageError(
            "wandb.Api needs W&B's server, and hpsearch has put wandb offline "
            "(WANDB_MODE=online lets it go there)")

    public.Api.__init__ = refuse


def listen_only(wandb):
    observe(wandb, "init", lambda *args, **kwargs: hello(wandb, "online"))


def patch(wandb):
    run = sys.modules["wandb.sdk.wandb_run"].Run
    observe(run, "log", logged)
    observe(run, "define_metric", defined)
    observe(run, "_finish" if hasattr(run, "_finish") else "finish", finished)
    observe(sys.modules["wandb.sdk.wandb_summary"].SummaryDict, "update", summarised)
    if os.environ.get("WANDB_MODE") == "online":
        listen_only(wandb)
    else:
        stay_offline(wandb)
    if os.environ.get("HPSEARCH_IMPORT"):
        import hpsearch_import

        hpsearch_import.patch(wandb)
