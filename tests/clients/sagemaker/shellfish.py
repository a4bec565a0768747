"""A made table of shellfish, like the well-known one of abalones: lengths and weights, and the rings that tell the age."""

import csv
import random


def write_table(path, rows, seed=11):
    draw = random.Random(seed)
    with open(path, "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["sex", "length", "diameter", "height", "whole_weight", "rings"])
        for _ in range(rows):
            length = draw.uniform(0.1, 0.8)
            diameter = length * draw.uniform(0.75, 0.85)
            height = length * draw.uniform(0.2, 0.35)
            weight = 6.5 * length**3 * draw.uniform(0.8, 1.2)
            sex = "I" if length < 0.35 else draw.choice("FM")
            rings = round(3 + 10 * length + 12 * height + draw.gauss(0, 1.2))
            table.writerow([sex, *(round(value, 4) for value in (length, diameter, height, weight)), rings])
    return path
