"""A service that does sums for money, over HTTP on this machine, for as long as a command runs:

    python3 serve.py hpsearch space.yaml

The command finds the address in API_URL. POST /answer takes {"question": "7 + 5 * 3 - 4",
"style": "plain" or "stepwise", "effort": 1 … 3, "temperature": …, "max_tokens": …, "seed": …}
and answers {"text": …, "tokens": …}. Like the services it stands for it is not always right,
takes so many requests in a second (API_RATE, 150; 429 above it, with Retry-After), and now
and then fails (503). What it says depends on the request alone.
"""
import http.server
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

RATE = float(os.environ.get("API_RATE", "150"))   # requests a second
BURST, FAILS = 30, 0.02                          # requests at once; share of 503


class Bucket:
    def __init__(self):
        self.lock, self.level, self.at = threading.Lock(), float(BURST), time.monotonic()

    def take(self):
        with self.lock:
            now = time.monotonic()
            self.level = min(BURST, self.level + (now - self.at) * RATE)
            self.at = now
            if self.level < 1:
                return False
            self.level -= 1
            return True


def once(numbers, operators, slip, rng):
    """One operation after the other, products first; each may go wrong. All the steps."""
    steps = []
    while operators:
        i = operators.index("*") if "*" in operators else 0
        a, b = numbers[i:i + 2]
        c = {"+": a + b, "-": a - b, "*": a * b}[operators[i]]
        if rng.random() < slip:
            c += rng.choice([-10, -1, 1, 10])
        steps.append(f"{a} {operators[i]} {b} = {c}")
        numbers[i:i + 2] = [c]
        del operators[i]
    return steps, numbers[0]


def answer(q):
    """A careless reader takes the operations from the left; one who writes his steps down
    keeps to the rules, and needs more room. With effort it is all done again, and the result
    that came up most often is given."""
    words = str(q["question"]).split()
    rng = random.Random(json.dumps(q, sort_keys=True))
    heat = 0.3 + max(0.0, float(q["temperature"]))
    stepwise = q["style"] == "stepwise"
    found, text = [], ""
    for _ in range(int(q["effort"])):
        operators = words[1::2]
        if not stepwise and rng.random() < 0.5:
            operators = ["+" if o == "*" else o for o in operators]
        steps, result = once([int(w) for w in words[::2]], operators,
                             (0.04 if stepwise else 0.08) * heat, rng)
        found.append(result)
        text += "; ".join(steps) + "\n" if stepwise else ""
    text += f"answer {max(found, key=found.count)}"
    tokens = text.split()
    room = int(q["max_tokens"])
    return {"text": " ".join(tokens[:room]),
            "tokens": min(room, len(tokens)) + (0 if stepwise else 4 * (int(q["effort"]) - 1))}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.server.bucket.take():
            self.reply(429, {"error": "too many requests"}, ("Retry-After", "1"))
        elif self.server.luck.random() < FAILS:
            self.reply(503, {"error": "overloaded"})
        else:
            try:
                self.reply(200, answer(json.loads(body)))
            except (ValueError, KeyError, TypeError) as e:
                self.reply(400, {"error": repr(e)})

    def reply(self, status, what, *headers):
        text = json.dumps(what).encode()
        self.send_response(status)
        for name, value in (("Content-Length", str(len(text))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def main():
    if not sys.argv[1:]:
        sys.exit("usage: python3 serve.py COMMAND …")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.bucket, server.luck, server.daemon_threads = Bucket(), random.Random(1), True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)     # that is for the command
    url = f"http://127.0.0.1:{server.server_port}/answer"
    sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "API_URL": url},
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
                            check=False).returncode)


if __name__ == "__main__":
    main()
