#!/usr/bin/env python3
"""Posteriors of Gaussian processes, computed from the formulas in gp/kernel.h and
gp/model.h with 50 digits and nothing of hpsearch: K is written down, solved and its
determinant taken. Writes ../../unit/gp_reference.h.

    python3 tests/data/gp/reference.py      (needs mpmath)
"""
import math
import os
from mpmath import mp, mpf, matrix, exp, log, sqrt, pi, cholesky_solve, cholesky

mp.dps = 50
ABSENT = -1
JITTER = mpf(1e-9)


def frac(i, j):
    """A number in [0, 1) that C's fmod makes bit by bit alike."""
    return math.fmod((i + 1) * (j + 1) * 0.6180339887498949, 1.0)


def number(i, j):
    return frac(i, j)


def optional(i, j):
    return ABSENT if i % 3 == 1 else frac(i, j)


def category(i, j):
    return float((i * (j + 2)) % 4)


def optional_category(i, j):
    return ABSENT if i % 4 == 2 else float((i + j) % 3)


CASES = [
    # name, dimensions, rows, theta: l, s, nu, a, b (as they are, not logarithms)
    ("line", [number], 5, [0.3], 1.0, 0.01, [1.0], [1.0]),
    ("mixed", [number, optional, category, optional_category], 12,
     [0.4, 0.7, 1.1, 2.0], 1.7, 0.003, [1.3, 0.6, 1, 1], [0.8, 1.9, 1, 1]),
    ("many", [number] * 5, 75, [0.9, 1.4, 0.5, 3.0, 2.2], 0.8, 0.02,
     [1.0, 2.0, 0.7, 1.0, 1.5], [1.0, 0.5, 1.2, 1.1, 1.0]),
]
TESTS = 4  # points to predict at: rows n, n + 1, …


def value(i):
    return math.fmod((i + 1) * (i + 3) * 0.3819660112501051, 1.0) - 0.5


def measurements(i):
    return float(1 + i % 3)


def warp(z, a, b):
    z = min(max(mpf(z), mpf(1e-6)), 1 - mpf(1e-6)) if (a, b) != (1, 1) else mpf(z)
    return 1 - (1 - z ** mpf(a)) ** mpf(b)


def distance(kind, x, y, a, b):
    if kind in (category, optional_category):
        return mpf(x != y)
    if x == ABSENT and y == ABSENT:
        return mpf(0)
    if x == ABSENT or y == ABSENT:
        return (warp(max(x, y), a, b) - mpf(1) / 2) ** 2 + mpf(1) / 4
    return (warp(x, a, b) - warp(y, a, b)) ** 2


def covariance(case, x, y):
    _, kinds, _, l, s, _, a, b = case
    r2 = sum(distance(kinds[j], x[j], y[j], a[j], b[j]) / mpf(l[j]) ** 2
             for j in range(len(kinds)))
    q = sqrt(5 * r2)
    return mpf(s) * (1 + q + q * q / 3) * exp(-q)


def main():
    out = ["/* Made by tests/data/gp/reference.py. */", ""]
    for case in CASES:
        name, kinds, n, l, s, nu, a, b = case
        x = [[k(i, j) for j, k in enumerate(kinds)] for i in range(n + TESTS)]
        big = matrix(n, n)
        for i in range(n):
            for k in range(n):
                big[i, k] = covariance(case, x[i], x[k])
            big[i, i] += mpf(nu) / mpf(measurements(i)) + JITTER * mpf(s)
        y = matrix([mpf(value(i)) for i in range(n)])
        one = matrix([mpf(1)] * n)
        ky, k1 = cholesky_solve(big, y), cholesky_solve(big, one)
        mean = (one.T * ky)[0] / (one.T * k1)[0]
        r = y - mean * one
        alpha = cholesky_solve(big, r)
        low = cholesky(big)
        logdet = sum(log(low[i, i]) for i in range(n))
        fit = (r.T * alpha)[0] / 2
        out.append(f"static const double {name}_numbers[] = {{")
        out.append(f"    {mp.nstr(mean, 20)}, /* constant mean */")
        out.append(f"    {mp.nstr(-fit - logdet - n * log(2 * pi) / 2, 20)}, "
                   "/* log marginal likelihood */")
        for t in range(TESTS):
            k = matrix([covariance(case, x[i], x[n + t]) for i in range(n)])
            mu = mean + (k.T * alpha)[0]
            var = mpf(s) - (k.T * cholesky_solve(big, k))[0]
            out.append(f"    {mp.nstr(mu, 20)}, {mp.nstr(var, 20)},")
        # Leaving one out by really leaving it out; the constant mean stays.
        for i in (0, n // 2, n - 1):
            rest = [p for p in range(n) if p != i]
            sub = matrix(n - 1, n - 1)
            for p, pp in enumerate(rest):
                for q, qq in enumerate(rest):
                    sub[p, q] = big[pp, qq]
            k = matrix([big[p, i] for p in rest])
            rr = matrix([r[p] for p in rest])
            mu = mean + (k.T * cholesky_solve(sub, rr))[0]
            var = big[i, i] - (k.T * cholesky_solve(sub, k))[0]
            out.append(f"    {mp.nstr(mu, 20)}, {mp.nstr(var, 20)}, /* without {i} */")
        out.append("};")
    # log h(z), h(z) = phi(z) + z Phi(z), and log Phi(z).
    out.append("static const double tail_numbers[][3] = {")
    for z in (-1e6, -3e4, -300.0, -30.0, -8.0, -5.1, -4.9, -1.1, -0.9, 0.0, 0.7, 5.0,
              40.0):
        mp.dps = 60
        zz = mpf(z)
        phi = -zz * zz / 2 - log(2 * pi) / 2
        if z < -20:
            # Asymptotic series of Mills' ratio, all digits wanted here.
            def mills(x, terms):
                total, term = mpf(0), mpf(1)
                for k in range(terms):
                    total += term
                    term *= -(2 * k + 1) / (x * x)
                return total / x
            m = mills(-zz, 20)
            cdf = phi + log(m)
            h = phi + log(1 + zz * m)
        else:
            c = mp.erfc(-zz / sqrt(mpf(2))) / 2
            cdf = log(c)
            h = log(exp(phi) + zz * c)
        out.append(f"    {{{z!r}, {mp.nstr(h, 20)}, {mp.nstr(cdf, 20)}}},")
        mp.dps = 50
    out.append("};")
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "../../unit/gp_reference.h"), "w") as f:
        f.write("\n".join(out) + "\n")


main()
