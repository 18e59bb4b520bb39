"""A strategy from outside that misbehaves as MODE says, from trial 3 on."""
import json
import os
import sys
import time

mode = os.environ.get("MODE", "")
hello = json.loads(sys.stdin.readline())
with open(os.environ["SAID"], "a", encoding="utf-8") as said:
    said.write(json.dumps(hello) + "\n")
    for line in sys.stdin:
        said.write(line)
        said.flush()
        question = json.loads(line)
        n = question["ask"]
        point = {"x": (n + 0.5) / 100, "k": n % 4, "c": "a b" if n % 2 else True,
                 "deep": 0.25}
        if n >= 3:
            if mode == "dies":
                sys.exit(4)
            if mode == "killed":
                os.kill(os.getpid(), 9)
            if mode == "raises":
                raise RuntimeError("no idea")
            if mode == "hangs":
                time.sleep(600)
            if mode == "deaf":
                sys.stdout.close()
                os.close(1)
                time.sleep(600)
            if mode == "flood":
                while True:
                    sys.stdout.write("x" * 65536)
            if mode == "waits":
                print('{"wait": true}', flush=True)
                continue
            if mode == "done":
                print('{"done": true, "why": "it is good\\u001b[2J\\u009b enough"}', flush=True)
                continue
            if mode == "error":
                print('{"error": "the budget of ideas is spent"}', flush=True)
                continue
            answers = {"nonsense": "well, 0.3 perhaps", "array": "[1, 2]", "empty": "",
                       "nul": '{"params": {"x": 0.1\0}}', "text": '{"params": "x"}'}
            if mode in answers:
                print(answers[mode], flush=True)
                continue
            point.update({"outside": {"x": 1.5}, "kind": {"x": "0.5"}, "half": {"k": 1.5},
                          "choice": {"c": "b"}, "unknown": {"y": 1},
                          "constraint": {"x": 0.95}}.get(mode, {}))
            if mode == "missing":
                del point["x"]
        print(json.dumps({"params": point}), flush=True)
