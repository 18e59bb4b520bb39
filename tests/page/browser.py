"""A headless Chromium, spoken to over its pipe (the DevTools protocol). No network."""
import json
import os
import select
import shutil
import struct
import subprocess
import tempfile
import time
import zlib

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="hpsearch-browser.")
        to_read, self.to = os.pipe()
        self.back, back_write = os.pipe()
        words = [PROGRAM, "--headless=new", "--disable-gpu", "--remote-debugging-pipe", "--hide-scrollbars",
                 "--no-first-run", "--disable-background-networking", "--disable-component-update",
                 "--disable-sync", "--disable-extensions", "--font-render-hinting=none",
                 "--user-data-dir=" + self.home, "about:blank"]
        if os.geteuid() == 0:
            words.insert(1, "--no-sandbox")

        def ends():  # the protocol's are 3 and 4
            read, write = os.dup(to_read), os.dup(back_write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(words, preexec_fn=ends, close_fds=False, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(back_write)
        self.buffer, self.next, self.events, self.session = b"", 0, [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Performance"):
            self.call(domain + ".enable")

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.home, ignore_errors=True)

    def receive(self, seconds):
        end = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            if not select.select([self.back], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError("the browser says nothing")
            got = os.read(self.back, 1 << 20)
            if not got:
                raise EOFError("the browser is gone")
            self.buffer += got
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, **params):
        self.next += 1
        message = {"id": self.next, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            got = self.receive(120)
            if got.get("id") == message["id"]:
                if "error" in got:
                    raise RuntimeError(f"{method}: {got['error']}")
                return got["result"]
            self.events.append(got)

    def wait(self, method):
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self.receive(120))

    def open(self, url, width, height, dark=False, scale=1.0, script=True):
        self.events = []
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.events = []
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def run(self, expression):
        got = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in got:
            raise RuntimeError(json.dumps(got["exceptionDetails"])[:500])
        return got["result"].get("value")

    def mouse(self, kind, x, y, button="left"):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1,
                  buttons=0 if kind == "mouseReleased" or button == "none" else 1)

    def drag(self, x, y0, y1):
        self.mouse("mousePressed", x, y0)
        for k in range(1, 6):
            self.mouse("mouseMoved", x, y0 + (y1 - y0) * k / 5)
        self.mouse("mouseReleased", x, y1)

    def key(self, key):
        code = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "+": 187}[key]
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def complaints(self):
        bad = []
        for e in self.events:
            method, params = e.get("method"), e.get("params", {})
            if method == "Runtime.exceptionThrown":
                bad.append(params["exceptionDetails"].get("exception", {}).get("description", "exception"))
            elif method == "Runtime.consoleAPICalled":
                bad.append("console: " + json.dumps(params.get("args"))[:300])
            elif method == "Log.entryAdded":
                bad.append(params["entry"]["text"])
        return bad

    def requests(self):
        return [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]


def png(data):
    """Width, height and rows of RGB of an 8-bit PNG without interlace."""
    at, packed, width, height, kind = 8, b"", 0, 0, 2
    while at < len(data):
        n, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + n]
        if name == b"IHDR":
            width, height, _, kind = struct.unpack(">IIBB", body[:10])
        if name == b"IDAT":
            packed += body
        at += 12 + n
    bytes_each = {2: 3, 6: 4}[kind]
    raw, stride, rows, above = zlib.decompress(packed), width * bytes_each, [], bytearray(width * bytes_each)
    for y in range(height):
        how, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride if how else 0):
            left = row[i - bytes_each] if i >= bytes_each else 0
            corner = above[i - bytes_each] if i >= bytes_each else 0
            up = above[i]
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda q: abs(guess - q))
            row[i] = (row[i] + {1: left, 2: up, 3: (left + up) // 2, 4: paeth}[how]) & 255
        above = row
        rows.append(bytes(c for i in range(0, stride, bytes_each) for c in row[i:i + 3]))
    return width, height, rows


def difference(a, b):
    """Mean absolute difference of two pictures, 0 … 255; of other sizes 255."""
    (w, h, x), (v, g, y) = png(a), png(b)
    if w != v or abs(h - g) > 2:
        return 255.0
    n = min(h, g)
    return sum(abs(p - q) for r, s in zip(x[:n], y[:n]) for p, q in zip(r, s)) / (3.0 * w * n)
