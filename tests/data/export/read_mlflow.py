"""The file store against the results file: with the real client, or, --files, by its files.
    read_mlflow.py [--files] DIR STORE"""
import os
import sys

from mirror import curve, number, python, results, same

STATUS = {"ok": "FINISHED", "stopped": "KILLED", "killed": "KILLED", "timeout": "KILLED", "running": "RUNNING"}
directory, store = sys.argv[-2:]
said, trials = results(directory)


def files(folder):
    return {os.path.relpath(os.path.join(at, f), folder): open(os.path.join(at, f), newline="").read()
            for at, _, names in os.walk(folder) for f in names}


def by_files():
    experiment, = os.listdir(store)
    for run in sorted(os.listdir(os.path.join(store, experiment))):
        at = os.path.join(store, experiment, run)
        if not os.path.isdir(at):
            continue
        history = {}
        for metric, text in files(at + "/metrics").items():
            lines = [line.split(" ") for line in text.splitlines()]
            history[metric] = [(int(step), float(value)) for _, value, step in lines]
        yield None, files(at + "/params"), files(at + "/tags"), history


def by_client():
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    from mlflow.tracking import MlflowClient
    client = MlflowClient("file:" + os.path.abspath(store))
    experiment, = [e for e in client.search_experiments() if e.name != "Default"]
    assert experiment.name == said["search"]["name"], experiment
    for run in client.search_runs([experiment.experiment_id], max_results=1000):
        assert run.info.artifact_uri.startswith("file://" + os.path.abspath(store).replace(" ", "%20")), run.info
        yield (run.info, run.data.params, run.data.tags,
               {m: [(h.step, h.value) for h in client.get_metric_history(run.info.run_id, m)]
                for m in run.data.metrics})


names = {"opt'; --": "opt___--", "a/b": "a.b", "../evil": "_../evil"}
metric = "val/loss__it_s_" if "it's" in said["metric"]["name"] else said["metric"]["name"]
begun = {(t["id"], i): (t, r) for t in trials for i, r in enumerate(t["runs"]) if r["attempts"] and r["state"] != "queued"}
seen = 0
for info, params, tags, history in by_files() if sys.argv[1] == "--files" else by_client():
    t, r = begun[int(tags["trial"]), int(tags["run"])]
    seen += 1
    assert params == {names.get(key, key): python(v) for key, v in t["params"].items()}, (params, t)
    outcome = r["outcome"] if r["state"] == "finished" else "running"
    assert tags["outcome"] == outcome and tags["seed"] == str(r["seed"]), tags
    if info:
        assert info.status == STATUS.get(outcome, "FAILED"), (info, r)
        assert info.run_name == "trial %d" % t["id"] + (".%s" % tags["run"] if len(t["runs"]) > 1 else ""), info
    told = history.pop(metric, [])
    assert [s for s, _ in told] == sorted(curve(r)) and all(same(x, curve(r)[s]) for s, x in told), (told, r)
    if outcome == "ok":
        assert history.pop("hpsearch.value") == [(0, number(r["value"]))], history
    if outcome != "running":
        assert history.pop("hpsearch.wall") == [(0, r["wall"])], history
    assert not history, history
assert seen == len(begun), (seen, len(begun))
print(seen, "runs")
