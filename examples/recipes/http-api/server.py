"""A stand-in for a service: it adds two numbers, less reliably the higher its temperature is.

    python3 server.py SECONDS [BUSY]

prints its address and ends after SECONDS; every BUSY-th request is told to come back later.
It listens on the loopback interface alone.
"""
import collections
import http.server
import itertools
import json
import os
import random
import sys
import threading

SLIPS = {"short": 0.25, "steps": 0.1, "examples": 0.15}  # shares of wrong sums, when cool
TOKENS = {"short": 20, "steps": 60, "examples": 90}


def answer(question, seed, temperature=1.0, attempts=1, style="short"):
    """The most frequent of some sums."""
    rng = random.Random(f"{question} {seed}")
    a, b = (int(word) for word in question.split(" + "))
    wrong = min(1.0, SLIPS[style] + 0.2 * temperature ** 2)
    sums = [a + b + (rng.random() < wrong) * rng.choice([-10, -1, 1, 10])
            for _ in range(attempts)]
    best, _ = collections.Counter(sums).most_common(1)[0]
    return {"text": str(best), "tokens": attempts * TOKENS[style]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    count, busy = itertools.count(1), 0

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1 << 16))
        if self.busy and next(self.count) % self.busy == 0:
            return self.reply(503, {"error": "busy"})
        try:
            self.reply(200, answer(**json.loads(body)))
        except (ValueError, TypeError, KeyError) as error:
            self.reply(400, {"error": str(error)})

    def reply(self, code, what):
        body = json.dumps(what).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        if code == 503:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start():
    """Serves until the program ends; its address."""
    os.environ.setdefault("no_proxy", "127.0.0.1")
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{service.server_port}/"


if __name__ == "__main__":
    Handler.busy = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print(start(), flush=True)
    threading.Event().wait(float(sys.argv[1]))
