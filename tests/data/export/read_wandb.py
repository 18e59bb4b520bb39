"""W&B's files against the results file: with the real client's datastore and messages, or, --plain,
with a reader of our own, which looks at every checksum.
    read_wandb.py [--plain] DIR FOLDER"""
import glob
import json
import sys
import zlib

from mirror import curve, results, same

directory, folder = sys.argv[-2:]
said, trials = results(directory)


def chunks(data):
    """Of the log: payloads joined, each checksum looked at."""
    assert data[:7] == b":W&B\xe1\xbe\x00", data[:7]
    at, record = 7, b""
    while at < len(data):
        left = 32768 - at % 32768
        if left < 7:
            assert not any(data[at:at + left])
            at += left
            continue
        crc, size, kind = int.from_bytes(data[at:at + 4], "little"), int.from_bytes(data[at + 4:at + 6], "little"), data[at + 6]
        body = data[at + 7:at + 7 + size]
        assert zlib.crc32(data[at + 6:at + 7] + body) == crc and size <= left - 7, at
        record = record + body if kind in (3, 4) else body
        if kind in (1, 4):
            yield record
        at += 7 + size


def varint(data, at):
    x = shift = 0
    while True:
        x |= (data[at] & 0x7f) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return x, at


def fields(data):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        x, at = varint(data, at)
        if tag & 7 == 2:
            x, at = data[at:at + x], at + x
        yield tag >> 3, x


def items(data):
    return {d[1].decode(): json.loads(d[16]) for n, x in fields(data) if n == 1 for d in [dict(fields(x))]}


def plain(path):
    run, rows, summary, code = {}, [], {}, None
    for record in chunks(open(path, "rb").read()):
        d = dict(fields(record))
        if 17 in d:
            r = dict(fields(d[17]))
            run = {"id": r[1].decode(), "name": r[8].decode(), "config": items(r[4])}
        if 2 in d:
            step = dict(fields(dict(fields(d[2]))[2])).get(1, 0)
            rows.append((step, items(d[2])))
        if 3 in d:
            summary.update(items(d[3]))
        if 18 in d:
            code = dict(fields(d[18])).get(1, 0)
    return run, rows, summary, code


def client(path):
    from wandb.proto import wandb_internal_pb2 as pb
    from wandb.sdk.internal import datastore
    store = datastore.DataStore()
    store.open_for_scan(path)
    run, rows, summary, code = {}, [], {}, None
    while True:
        data = store.scan_data()
        if data is None:
            return run, rows, summary, code
        record = pb.Record()
        record.ParseFromString(data)
        kind = record.WhichOneof("record_type")
        if kind == "run":
            run = {"id": record.run.run_id, "name": record.run.display_name,
                   "config": {i.key: json.loads(i.value_json) for i in record.run.config.update}}
        if kind == "history":
            rows.append((record.history.step.num, {i.key: json.loads(i.value_json) for i in record.history.item}))
        if kind == "summary":
            summary.update({i.key: json.loads(i.value_json) for i in record.summary.update})
        if kind == "exit":
            code = record.exit.exit_code


def nested(params):
    out = {}
    for key, value in params.items():
        if key.startswith("opt."):
            out.setdefault("opt", {})[key[4:]] = value
        else:
            out[key] = value
    return out


begun = {(t["id"], i): (t, r) for t in trials for i, r in enumerate(t["runs"]) if r["attempts"] and r["state"] != "queued"}
metric = said["metric"]["name"]
paths = glob.glob(folder + "/offline-run-*/run-*.wandb")
for path in paths:
    run, rows, summary, code = plain(path) if sys.argv[1] == "--plain" else client(path)
    assert path.split("/")[-2].split("-")[-1] == run["id"] and path.endswith("/run-%s.wandb" % run["id"]), path
    known = run["config"].pop("hpsearch")
    t, r = begun.pop((known["trial"], known["run"]))
    assert known["seed"] == r["seed"], known
    assert run["config"] == nested(t["params"]), (run, t)
    assert all(step == row["_step"] for step, row in rows)
    assert [s for s, _ in rows] == sorted(curve(r)), (rows, r)
    assert all(same(float(row[metric]), curve(r)[s]) for s, row in rows), rows
    if r["state"] == "finished":
        assert code == (0 if r["outcome"] in ("ok", "stopped") else max(r["exit"], 0) or 1), (code, r)
        if r["outcome"] == "ok":
            assert summary[metric] == r["value"], summary
    else:
        assert code is None
assert not begun, begun
print(len(paths), "runs")
