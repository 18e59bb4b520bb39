#!/usr/bin/env python3
"""demand.py DAYS: what a shop sold on each of so many days, into demand.csv.

Every week is like the one before, until day 370. Then a shop opens next door, and within
six weeks the customers come on other days.
"""
import math
import random
import sys

PATTERN = (0, 4, 8, 3, 12, 30, -20)
LATER = (14, 10, -6, -12, -4, -18, 26)
OPENS, WEEKS = 370, 6


def sold(day, noise):
    share = min(max((day - OPENS) / (7 * WEEKS), 0), 1)
    week = (1 - share) * PATTERN[day % 7] + share * LATER[day % 7]
    return 100 + week + 5 * math.sin(day / 58) + noise


days = int(sys.argv[1])
rng = random.Random(7)
noise = 0.0
with open("demand.csv", "w", encoding="ascii") as out:
    print("day,sold", file=out)
    for day in range(days):
        noise = 0.4 * noise + rng.gauss(0, 4)
        print(f"{day},{sold(day, noise):.2f}", file=out)
