"""The storage against the results file: with the real Optuna, or, --sql, by its tables alone.
    read_optuna.py [--sql] DIR STORAGE"""
import json
import math
import sqlite3
import sys

from mirror import curve, number, results

STATE = {"ok": "COMPLETE", "stopped": "PRUNED", "running": "RUNNING"}
directory, storage = sys.argv[-2:]
said, trials = results(directory)


def plain(value):
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def by_sql():
    db = sqlite3.connect(storage)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [("v3.2.0.a",)]
    assert db.execute("SELECT schema_version FROM version_info").fetchall() == [(12,)]
    (name,), = db.execute("SELECT study_name FROM studies").fetchall()
    (direction,), = db.execute("SELECT direction FROM study_directions").fetchall()
    rows = []
    for trial, number_, state in db.execute("SELECT trial_id, number, state FROM trials ORDER BY number"):
        params = {}
        for key, inner, kind in db.execute(
                "SELECT param_name, param_value, distribution_json FROM trial_params WHERE trial_id = ?", (trial,)):
            kind = json.loads(kind)
            choices = kind["attributes"].get("choices")
            params[key] = choices[int(inner)] if choices else inner
        points = {step: math.nan if kind == "NAN" else math.inf if kind == "INF_POS" else x for step, x, kind in
                  db.execute("SELECT step, intermediate_value, intermediate_value_type FROM "
                             "trial_intermediate_values WHERE trial_id = ?", (trial,))}
        value = db.execute("SELECT value FROM trial_values WHERE trial_id = ?", (trial,)).fetchone()
        user = {key: json.loads(text) for key, text in
                db.execute("SELECT key, value_json FROM trial_user_attributes WHERE trial_id = ?", (trial,))}
        rows.append((number_, state, params, points, value and value[0], user))
    return name, direction, rows


def by_optuna():
    import warnings
    import optuna
    warnings.simplefilter("error")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    url = "sqlite:///" + storage
    name, = optuna.get_all_study_names(url)
    study = optuna.load_study(study_name=name, storage=url)
    rows = [(t.number, t.state.name, t.params, t.intermediate_values, t.value, t.user_attrs) for t in study.trials]
    for t in study.trials:
        for key, kind in t.distributions.items():
            # Each value is one that the distribution can have.
            assert kind._contains(kind.to_internal_repr(t.params[key])), (key, t.params[key], kind)
        if t.state.is_finished():
            assert t.datetime_start <= t.datetime_complete, t
    if "--sql" not in sys.argv and "lr" in study.trials[0].params:
        kinds = optuna.distributions
        choice = kinds.CategoricalDistribution
        first = {}
        for t in study.trials:
            first.update(t.distributions)
        noise, size = first.pop("noise"), first.pop("size")
        assert noise.low <= -3 and noise.high >= 3 and not noise.log, noise
        assert isinstance(size, kinds.IntDistribution) and size.log and size.step == 1, size
        assert 2 <= size.low and size.high >= 402, size
        exponent = first.pop("exponent")
        assert exponent.log and math.isclose(exponent.low, math.exp(-4)) and \
            math.isclose(exponent.high, math.exp(2)), exponent
        assert first == {
            "lr": kinds.FloatDistribution(1e-4, 0.1, log=True), "width": kinds.IntDistribution(64, 1024, step=64),
            "depth": kinds.IntDistribution(1, 6), "drop": kinds.FloatDistribution(0.0, 0.5, step=0.1),
            "batch": kinds.IntDistribution(4, 64, log=True), "momentum": kinds.FloatDistribution(0.0, 0.99),
            "opt'; --": choice(["adam", "s'gd", None, True, 2.5]), "opt.name": choice(["x", 'y,"z']),
            "a": choice(["[1, 2]", '{"x": 1}']), "a/b": choice([7]), "../evil": choice(["x\ny"])}, first
    # It is a study that can go on.
    best = [t for t in trials if t["rank"] == 1]
    assert not best or study.best_trial.number in [t["id"] for t in best]
    study.tell(study.ask(), 0.5)
    return name, study.direction.name, rows


name, direction, rows = by_sql() if sys.argv[1] == "--sql" else by_optuna()
assert name == (said["search"]["name"] or directory.split("/")[-1].split(".")[0]), name
assert direction == said["metric"]["goal"].upper(), direction
assert len(rows) == len(trials), rows
for t, (id_, state, params, points, value, user) in zip(trials, rows):
    assert id_ == t["id"] and t["runs"], t
    runs = t["runs"]
    waits = not any(r["state"] != "queued" for r in runs)
    if t["outcome"] in ("none", "running"):
        assert state == ("WAITING" if waits else "RUNNING"), (t, state)
    else:
        assert state == STATE.get(t["outcome"], "FAIL"), (t, state)
        assert user["outcome"] == t["outcome"] and user.get("reason") == t["reason"], (t, user)
    if not waits:
        assert params == {key: plain(v) for key, v in t["params"].items()}, (t, params)
    curves = [curve(r) for r in runs]
    mean = {step: sum(c[step] for c in curves if step in c) / sum(step in c for c in curves)
            for step in set().union(*curves)}
    assert points == mean, (points, mean)
    if t["outcome"] == "ok":
        assert value == number(t["value"]), (t, value)
    elif state == "PRUNED":
        assert value == points[max(points)], (t, value)
    else:
        assert value is None, (t, value)
    seeds = [r["seed"] for r in runs]
    assert user["seed"] == (seeds if len(seeds) > 1 else seeds[0]), user
print(len(rows), "trials")
