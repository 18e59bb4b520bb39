#!/usr/bin/env python3
"""A picture of what bench-peers found: the mean log10 regret by trials of every program, over
the problems and seeds that all of those shown have played, in bands of one standard error.

    plot.py CACHE/peers.jsonl OUT.svg [PROGRAM …]

Needs gnuplot."""
import json
import math
import statistics
import subprocess
import sys

from peers import MARKS

NAMES = {"hpsearch": "hpsearch (bayes)", "optuna-tpe": "Optuna, TPE", "optuna-gp": "Optuna, GP",
         "smac": "SMAC3", "hebo": "HEBO", "ax": "Ax (BoTorch)"}
COLOURS = {"hpsearch": "#c1272d", "optuna-tpe": "#0072b2", "optuna-gp": "#56a0d8",
           "smac": "#e69f00", "hebo": "#009e73", "ax": "#8a5ca8"}
SCRIPT = """
set terminal svg size 720,400 font 'sans-serif,13' background 'white'
set output '%(out)s'
set xlabel 'trials'
set ylabel 'mean log_{10} regret'
set title '%(problems)d problems, %(runs)d searches of each program' font ',13'
set xrange [8:102]
set key outside right top samplen 2 spacing 1.3
set grid ytics lc rgb '#dddddd' lt 1
set border 3 lc rgb '#888888'
set tics nomirror
set xtics (%(marks)s)
plot %(plots)s
"""


def main():
    path, out, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
    played = {}
    for line in open(path):
        one = json.loads(line)
        if one["trials"] == max(MARKS) and not one.get("after"):
            played.setdefault(one["peer"], {})[one["problem"], one["seed"]] = one["regret"]
    shown = [p for p in NAMES if p in played and (not wanted or p in wanted)]
    both = sorted(set.intersection(*(set(played[p]) for p in shown)))
    if len(both) < 2:
        sys.exit("plot.py: there is hardly a problem that all of these have played: "
                 + ", ".join("%s %d" % (p, len(played[p])) for p in shown))
    plots, data = [], []
    for p in reversed(shown):
        data.append("$%s << end" % p.replace("-", "_"))
        for k, mark in enumerate(MARKS):
            x = [math.log10(max(played[p][key][k], 1e-3)) for key in both]
            error = statistics.stdev(x) / math.sqrt(len(x))
            mean = statistics.fmean(x)
            data.append("%d %.4f %.4f %.4f" % (mark, mean, mean - error, mean + error))
        data.append("end")
        block = "$" + p.replace("-", "_")
        colour = "lc rgb '%s'" % COLOURS[p]
        plots.append("%s u 1:3:4 w filledcurves fs solid 0.12 noborder %s notitle"
                     % (block, colour))
    for p in shown:
        plots.append("$%s u 1:2 w linespoints lw %s pt 7 ps 0.5 lc rgb '%s' title '%s'"
                     % (p.replace("-", "_"), "3" if p == "hpsearch" else "1.6", COLOURS[p], NAMES[p]))
    script = "\n".join(data) + SCRIPT % {
        "out": out, "problems": len({k[0] for k in both}), "runs": len(both),
        "marks": ", ".join(map(str, MARKS)), "plots": ", ".join(plots)}
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    print("%s: %s; %d searches each" % (out, ", ".join(shown), len(both)))


if __name__ == "__main__":
    main()
