"""Three epochs; some trials end otherwise."""
import json
import math
import os

trial = int(os.environ["HPSEARCH_TRIAL"])
params = json.load(open(os.environ["HPSEARCH_CONFIG"]))
if trial == 3:
    raise SystemExit(9)
for epoch in range(1, 4):
    loss = params["lr"] + trial / 8 + 1 / epoch
    if trial == 4 and epoch == 3:
        loss = math.inf
    print(json.dumps({"epoch": epoch, "val/loss (it's)": loss}), flush=True)
if trial == 2:
    print(json.dumps({"hpsearch": {"status": "infeasible", "reason": "it's \"too\" wide; DROP TABLE trials"}}))
