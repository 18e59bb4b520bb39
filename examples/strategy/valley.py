import json
import math
import sys

args = dict(a.lstrip("-").split("=", 1) for a in sys.argv[1:])
x, rate = float(args["x"]), float(args["rate"])
floor = 0.5 if args["kind"] == "flat" else 0.0
print(json.dumps({"depth": (x - 1) ** 2 + (math.log10(rate) + 2) ** 2 + floor}))
