"""Splits a table of shellfish into training, validation and test rows: the number of rings first, sex as three columns."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

BASE = Path("/opt/ml/processing")

parser = argparse.ArgumentParser()
parser.add_argument("--train-share", type=float, default=0.7)
train_share = parser.parse_args().train_share

table = pd.read_csv(BASE / "input" / "shellfish.csv")
sexes = pd.get_dummies(pd.Categorical(table["sex"], categories=["F", "I", "M"])).astype(int)
prepared = pd.concat([table["rings"], table.drop(columns=["rings", "sex"]), sexes], axis=1)
prepared = prepared.sample(frac=1, random_state=7)

train_end = int(len(prepared) * train_share)
validation_end = int(len(prepared) * (1 + train_share) / 2)
parts = np.split(prepared, [train_end, validation_end])
for name, part in zip(["train", "validation", "test"], parts):
    folder = BASE / name
    folder.mkdir(parents=True, exist_ok=True)
    part.to_csv(folder / f"{name}.csv", header=False, index=False)
    print(f"{name}: {len(part)} rows")
