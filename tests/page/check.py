#!/usr/bin/env python3
"""check.py FIXED.html LIVE.html HOSTILE.html SHOTS: pages in a real browser, as TAP-like lines
"ok NAME" and "not ok NAME: WHY". LIVE is of a search that
gives the same values every time, and looks like the screenshots in SHOTS, which are made where
SHOTS_WRITE is set; FIXED is of an old one; LIVE has curves and two parameters x and y; HOSTILE has names and
outputs that try to break out."""
import base64
import os
import sys
import traceback

from browser import Browser, difference

SIZES = ((390, 844), (900, 700), (1400, 900))
TOLERANCE = 6.0  # fonts differ between machines; a picture that is missing is 15 and more
fixed, live, hostile, shots = ("file://" + os.path.realpath(p) for p in sys.argv[1:5])
shots = shots[len("file://"):]
browser = Browser()
failed = False


def test(name):
    def run(body):
        global failed
        try:
            body()
            print("ok", name)
        except Exception as e:  # each is a result
            failed = True
            print(f"not ok {name}: {e!r}")
            traceback.print_exc()
    return run


def rows():
    return browser.run("[...document.querySelectorAll('#ranking tbody tr')].map((r) => +r.dataset.row)")


def middle(selector):
    return browser.run(f"""(() => {{ const e = document.querySelector({selector!r});
        e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();
        return [b.x + b.width / 2, b.y + b.height / 2, b.y, b.y + b.height]; }})()""")


def click(selector):
    x, y, _, _ = middle(selector)
    browser.mouse("mouseMoved", x, y, "none")
    browser.mouse("mousePressed", x, y)
    browser.mouse("mouseReleased", x, y)


@test("no message, no request but for the page itself, and no part too wide, at three sizes")
def _():
    for page in (fixed, live, hostile):
        for width, height in SIZES:
            browser.open(page, width, height)
            wide = browser.run("document.documentElement.scrollWidth - innerWidth")
            assert browser.complaints() == [], browser.complaints()
            assert browser.requests() == [page], browser.requests()
            assert wide <= 0, f"{page} at {width}: {wide} too wide"


@test("a column sorts, and the other way round")
def _():
    browser.open(live, 1400, 900)
    column = "x = document.querySelectorAll('#ranking thead button')"
    browser.run("{const " + column + "; [...x].find((b) => b.textContent.startsWith('x')).click()}")
    of = "data.params.findIndex((p) => p.name === 'x')"
    values = browser.run(f"[...document.querySelectorAll('#ranking tbody tr')].map((r) => trialOf.get(+r.dataset.row).p[{of}])")
    assert len(values) > 5 and values == sorted(values), values
    browser.run("{const " + column + "; [...x].find((b) => b.textContent.startsWith('x')).click()}")
    assert browser.run("[short(1048576), short(-12345678901), short(0.12345678), short(null)]") == ["1048576", "-12345678901", "0.123457", ""]
    again = browser.run(f"[...document.querySelectorAll('#ranking tbody tr')].map((r) => trialOf.get(+r.dataset.row).p[{of}])")
    assert again == sorted(values, reverse=True), again


@test("a brush leaves the trials that pass it, in the table too; and is taken back")
def _():
    browser.open(live, 1400, 900)
    everything = rows()
    x, _, top, bottom = middle("#coordinates .column .brush .overlay")
    half = (top + bottom) / 2
    browser.drag(x, top + 2, half)
    kept = rows()
    want = browser.run("""(() => { const a = [...parallel.brushed.keys()][0], [low, high] = parallel.brushed.get(a);
        return data.trials.filter((t) => { const y = parallel.y(a, t); return t.v != null && low <= y && y <= high; }).map((t) => t.i); })()""")
    assert 0 < len(kept) < len(everything), (kept, everything)
    assert kept == want, (kept, want)
    faint = browser.run("document.querySelectorAll('.line.faint').length")
    assert faint == browser.run("data.trials.filter((t) => t.v != null).length") - len(kept), faint
    browser.run("new Promise((r) => setTimeout(r, 20))")  # the end of a drag swallows the click of its own
    click("#all")
    assert rows() == everything
    assert browser.complaints() == [], browser.complaints()


@test("a point says which trial it is, and opens it; Escape closes")
def _():
    browser.open(live, 1400, 900)
    trial = browser.run("document.querySelector('#history circle[data-t]').dataset.t")
    x, y, _, _ = middle("#history circle[data-t]")
    browser.mouse("mouseMoved", x, y, "none")
    tip = browser.run("document.querySelector('.tip').textContent")
    assert tip.startswith(f"trial {trial}:"), tip
    click("#history circle[data-t]")
    said = browser.run("document.querySelector('.panel').textContent")
    assert f"trial {trial}:" in said and "seed" in said, said[:200]
    assert browser.run("document.querySelector('.panel svg .curve').getAttribute('d').length") > 10
    browser.key("Escape")
    assert browser.run("document.querySelector('.panel') === null")


@test("the keyboard goes through the table and opens a trial")
def _():
    browser.open(live, 900, 700)
    browser.run("document.querySelector('#ranking tbody tr').focus()")
    browser.key("ArrowDown")
    second = rows()[1]
    assert browser.run("+document.activeElement.dataset.row") == second
    browser.key("Enter")
    assert f"trial {second}:" in browser.run("document.querySelector('.panel h2').textContent")


@test("curves are zoomed into, and back")
def _():
    browser.open(live, 1400, 900)
    first = browser.run("document.querySelector('#zoomable .curve').getAttribute('d')")
    browser.run("""document.querySelector('#zoomable').dispatchEvent(new KeyboardEvent('keydown', {key: '+'}))""")
    assert browser.run("document.querySelector('#zoomable .curve').getAttribute('d')") != first


@test("without a script there are tables and pictures")
def _():
    browser.open(live, 900, 700, script=False)
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    for selector, least in (("#ranking tbody tr", 10), ("#history svg circle[data-t]", 10),
                            ("#slices figure svg", 2), ("#curves svg .curve", 2), ("header pre", 1)):
        got = len(browser.call("DOM.querySelectorAll", nodeId=root, selector=selector)["nodeIds"])
        assert got >= least, (selector, got)


@test("nothing that a stranger wrote is anything but text")
def _():
    browser.open(hostile, 900, 700)
    browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    browser.run("for (const t of data.trials) panel.open(t.i)")
    # What is told beside the metric has a column, and what is not listed a line in the panel.
    assert browser.run("table.columns().at(-1).name") == "</script><script>window.pwned=8</script>"
    assert browser.run("table.columns().at(-1).text(data.trials[0])") == "0.25"
    assert "beside" in browser.run("document.querySelector('.panel').textContent")
    assert browser.run("typeof window.pwned") == "undefined"
    assert browser.run("document.querySelectorAll('img, iframe, base, form, object, embed, link').length") == 0
    assert browser.run("document.scripts.length") == browser.run("1 + 1 + !!window.d3")
    assert "</script><script>" in browser.run("document.body.textContent")
    assert browser.requests() == [hostile], browser.requests()


@test("the policy refuses a script, a style and the network to whoever got in")
def _():
    browser.open(hostile, 900, 700)
    browser.run("""{ const s = document.createElement('script'); s.textContent = 'window.pwned = 1'; document.body.append(s);
        document.body.insertAdjacentHTML('beforeend', '<b id="b" style="color: rgb(1, 2, 3)" onclick="window.pwned = 2">b</b>');
        document.getElementById('b').click(); }""")
    assert browser.run("typeof window.pwned") == "undefined"
    assert browser.run("getComputedStyle(document.getElementById('b')).color") != "rgb(1, 2, 3)"
    assert browser.run("fetch('http://127.0.0.1:9/').then(() => 'there', (e) => 'refused')") == "refused"
    text = " ".join(browser.complaints())
    assert "Content Security Policy" in text and "connect" in text, text


@test("it looks as it did, at three sizes, and in the dark")
def _():
    for width, height, dark in [(w, h, False) for w, h in SIZES] + [(1400, 900, True)]:
        name = f"{shots}/{width}{'-dark' if dark else ''}.png"
        browser.open(live, width, height, dark, 0.15)
        got = base64.b64decode(browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={
            "x": 0, "y": 0, "width": width, "height": 2400, "scale": 1})["data"])
        if os.environ.get("SHOTS_WRITE"):
            with open(name, "wb") as f:
                f.write(got)
        with open(name, "rb") as f:
            apart = difference(got, f.read())
        assert apart < TOLERANCE, f"{name}: {apart:.1f} apart"


browser.close()
sys.exit(failed)
