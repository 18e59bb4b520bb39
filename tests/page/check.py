#!/usr/bin/env python3
"""check.py FIXED.html LIVE.html HOSTILE.html LARGE.html SHOTS: pages in a real browser, as TAP-like lines
"ok NAME" and "not ok NAME: WHY". LIVE is of a search that
gives the same values every time, and looks like the screenshots in SHOTS, which are made where
SHOTS_WRITE is set; FIXED is of an old one; LIVE has curves and two parameters x and y; HOSTILE has names and
outputs that try to break out; LARGE has a thousand trials."""
import base64
import os
import re
import sys
import traceback

from browser import Browser, difference

SIZES = ((390, 844), (900, 700), (1400, 900))
TOLERANCE = 6.0  # fonts differ between machines; a picture that is missing is 15 and more
fixed, live, hostile, large, shots = ("file://" + os.path.realpath(p) for p in sys.argv[1:6])
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
    assert browser.run("[[12345.67, 4], [0.000012345, 4], [0.10004, 4], [-1.5, 5], [12345678.9, 4], [1e-4, 4], [0.25, 7]].map(([x, d]) => figures(x, d))") == \
        ["12346", "1.234e-05", "0.1", "-1.5", "1.235e+07", "0.0001", "0.25"]
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


@test("an axis is brushed from the keyboard, too")
def _():
    browser.open(live, 1400, 900)
    everything = rows()
    browser.run("document.querySelector('#coordinates .brush').focus()")
    browser.key("ArrowDown")
    half = rows()
    assert 0 < len(half) < len(everything), (half, everything)
    assert browser.run("document.activeElement.getAttribute('aria-valuetext')") != "everything"
    for _ in range(3):
        browser.key("+")
    assert len(rows()) >= len(half)
    browser.key("Escape")
    assert rows() == everything
    assert browser.run("document.activeElement.getAttribute('aria-valuetext')") == "everything"


@test("who does not see it is told: pictures have a name, their axes and n; cells a head; nothing is but a colour")
def _():
    for page in (fixed, live, hostile):
        for script in (True, False):
            browser.open(page, 900, 700, script=script)
            browser.call("Emulation.setScriptExecutionDisabled", value=False)
            bad = browser.run("""[...document.querySelectorAll('figure > svg')].filter((s) => !(s.getAttribute('aria-label') || '').trim() ||
                !/^(img|group)$/.test(s.getAttribute('role')) || !/n = \\d/.test((s.querySelector('desc') || {}).textContent || ''))
                .map((s) => s.outerHTML.slice(0, 300))""")
            assert bad == [], bad
            assert browser.run("document.querySelectorAll('figure > svg').length") > 2
            bad = browser.run("""[...document.querySelectorAll('th')].filter((h) => !h.scope).map((h) => h.outerHTML)
                .concat([...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i))
                .concat([...document.querySelectorAll('section')].filter((s) => !document.getElementById(s.getAttribute('aria-labelledby'))).map((s) => s.id))
                .concat([...document.querySelectorAll('button, summary, a, [tabindex="0"]')].filter((e) => !(e.getAttribute('aria-label') || e.textContent).trim()).map((e) => e.outerHTML.slice(0, 200)))""")
            assert bad == [], bad
            levels = browser.run("[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => +h.tagName[1])")
            assert levels[0] == 1 and levels.count(1) == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels
    assert browser.run("document.documentElement.lang") == "en"


def contrast(ink, paper):
    def light(rgb):
        parts = [c / 255 / 12.92 if c / 255 <= 0.03928 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    a, b = sorted((light(ink), light(paper)))
    return (b + 0.05) / (a + 0.05)


@test("words can be read, in the light, in the dark and on paper (WCAG 2.2: 4.5 to 1)")
def _():
    for dark, media in ((False, ""), (True, ""), (True, "print")):
        browser.open(live, 900, 700, dark)
        browser.call("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        seen = browser.run("""(() => { const out = new Set();
            for (const e of document.querySelectorAll('h1, h2, p, pre, th, td, a, summary, figcaption, text')) {
              if (!e.textContent.trim()) continue;
              let up = e, paper;
              while (up && !(paper = getComputedStyle(up).backgroundColor).startsWith('rgb(')) up = up.parentElement;
              const style = getComputedStyle(e);
              out.add(`${e.tagName} ${e instanceof SVGElement ? style.fill : style.color} on ${up ? paper : 'rgb(255, 255, 255)'}`);
            } return [...out]; })()""")
        assert len(seen) > 4, seen
        for one in seen:
            ink, paper = ([int(float(c)) for c in re.findall(r"rgba?\(([^)]*)\)", part)[0].split(",")[:3]] for part in one.split(" on "))
            assert contrast(ink, paper) >= 4.5, (dark, media, one, contrast(ink, paper))
        if media:
            assert browser.run("getComputedStyle(document.querySelector('#trials .scroll')).maxHeight") == "none"
            assert browser.run("getComputedStyle(document.querySelector('.tools')).display") == "none"
    browser.call("Emulation.setEmulatedMedia", media="")


# Machado, Oliveira & Fernandes 2009, table 1, severity 1.0, on linear RGB.
BLIND = {"protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
         "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
         "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900))}


def lab(rgb, matrix):
    x = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    x = [min(1, max(0, sum(m * c for m, c in zip(row, x)))) for row in matrix]
    xyz = [sum(m * c for m, c in zip(row, x)) for row in
           ((0.4339, 0.3762, 0.1899), (0.2126, 0.7152, 0.0722), (0.0177, 0.1094, 0.8729))]
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


@test("outcomes can be told apart by who does not see all colours")
def _():
    for dark in (False, True):
        browser.open(live, 900, 700, dark)
        colours = browser.run("""['ok', 'stopped', 'failed', 'open', 'verified'].map((name) => {
            const c = document.createElementNS('http://www.w3.org/2000/svg', 'circle'); c.setAttribute('class', name);
            document.querySelector('figure svg').append(c); return [name, getComputedStyle(c).fill]; })""")
        for kind, matrix in BLIND.items():
            seen = [(name, lab([int(c) for c in re.findall(r"\d+", fill)[:3]], matrix)) for name, fill in colours]
            for i, (name, a) in enumerate(seen):
                for other, b in seen[:i]:
                    apart = sum((p - q) ** 2 for p, q in zip(a, b)) ** 0.5
                    assert apart > 11, (dark, kind, name, other, apart)


@test("of a thousand trials every one is in the table, and tells of itself")
def _():
    browser.open(large, 1400, 900)
    busy = {m["name"]: m["value"] for m in browser.call("Performance.getMetrics")["metrics"]}["ThreadTime"]
    taken = browser.run("performance.timing.loadEventEnd - performance.timing.navigationStart") / 1000
    print(f"# a page of a thousand trials, {os.path.getsize(large[len('file://'):]) / 1e6:.2f} MB: open in {taken:.2f} s, "
          f"{busy:.2f} s of work; the limit is 1 s")
    assert browser.complaints() == [] and browser.requests() == [large]
    assert len(rows()) == 1000
    assert browser.run("document.querySelectorAll('#coordinates .line').length") == browser.run("data.trials.filter((t) => t.v != null).length")
    shown = browser.run("data.params.length")
    assert 24 <= shown < 200 and browser.run("document.querySelectorAll('#ranking thead th').length") == shown + 4 + browser.run("data.listed")
    assert f"the first {shown} of 200 parameters that vary" in browser.run("document.getElementById('shown').textContent")
    last = rows()[-1]
    browser.run(f"panel.open({last})")
    said = browser.run("document.querySelector('.panel').textContent")
    for part in (f"trial {last}:", "run 0", "seed", "p019", "proposes by the seed", "command", "--trial"):
        assert part in said, (part, said[:2000])


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
                            ("#parallel figure svg path.line", 10), ("#slices figure svg", 2), ("#curves svg .curve", 2), ("header pre", 1)):
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
        browser.open(live, width, 2400, dark, 0.15)
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
