"""How the features were chosen: repeated cross-validation on the TRAINING rows alone.

    python tools/cross_validate.py [--repeats 3] [--data data/titanic.csv]

The last 20 % of the file, the validation rows, are cut off before anything else happens. In each
fold the preprocessor is fitted on the fold's own training part. The table compares the chosen
features with other encodings of them, and with designs that leave one out or add one; XGBoost's
parameters are the pipeline's.
Needs numpy, pandas and xgboost.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Callable
from unittest import mock

import numpy as np
import pandas as pd
import xgboost

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "pipeline"))

import features  # noqa: E402  (it lies beside the scripts that the jobs run)

FOLDS = 10
ROUNDS = 200
PARAMETERS = {
    "objective": "binary:logistic",
    "max_depth": 5,
    "eta": 0.2,
    "subsample": 0.8,
    "eval_metric": "logloss",
    "seed": 0,
    "nthread": 1,
}

#: Columns beside the chosen ones. Each needs the fold's training rows only for the value of a missing cell.
Candidate = Callable[[pd.DataFrame, pd.DataFrame], pd.Series]
CANDIDATES: dict[str, Candidate] = {
    "age": lambda f, t: f["Age"].fillna(t["Age"].median()),
    "fare": lambda f, t: f["Fare"].fillna(t["Fare"].median()),
    "fare_per_person": lambda f, t: f["Fare"].fillna(t["Fare"].median()) / (f["SibSp"] + f["Parch"] + 1),
    "sibsp": lambda f, t: f["SibSp"],
    "parch": lambda f, t: f["Parch"],
    "embarked": lambda f, t: f["Embarked"].map({"S": 0, "C": 1, "Q": 2}).fillna(0),
    "deck": lambda f, t: f["Cabin"].str[0].map({k: i for i, k in enumerate("ABCDEFG", 1)}).fillna(0),
    "woman_or_boy": lambda f, t: (f["Sex"] == "female") | f["Name"].str.contains(", Master.", regex=False),
}
#: The chosen columns in bands, with a band for each value or hundredth: as good as no bands.
UNBANDED = {
    "family_size": ("FAMILY_BAND_STARTS", tuple(range(2, 12))),
    "companions": ("COMPANION_BAND_STARTS", tuple(np.arange(1, 100) / 100)),
}


def designs() -> dict[str, list[str]]:
    chosen = list(features.FEATURES)
    plain = ["pclass", "female", "age", "sibsp", "parch", "fare", "embarked"]
    unbanded = [f"{c}_unbanded" if c in UNBANDED else c for c in chosen]
    table = {
        "plain columns": plain,
        "plain + named, unbanded": plain + unbanded[2:],
        "plain + named": plain + chosen[2:],
        "CHOSEN": chosen,
        "chosen, unbanded": unbanded,
    }
    for name in UNBANDED:
        table[f"chosen, {name} unbanded"] = [f"{c}_unbanded" if c == name else c for c in chosen]
    table["best of the free search"] = ["pclass", "female", "woman_or_boy", "companions"]
    table.update({f"chosen - {name}": [c for c in chosen if c != name] for name in chosen})
    added = ("woman_or_boy", "age", "fare_per_person", "deck", "embarked")
    table.update({f"chosen + {name}": [*chosen, name] for name in added})
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="times 10 folds (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=HERE.parent / "data" / "titanic.csv")
    args = parser.parse_args()
    passengers = features.read_passengers(args.data)
    train = passengers.iloc[: int(0.8 * len(passengers))]
    print(f"xgboost {xgboost.__version__}, {len(train)} training rows, {args.repeats} x {FOLDS} folds")

    scores: dict[str, list[tuple[float, float]]] = {name: [] for name in designs()}
    for fit_rows, held_out in folds(len(train), args.repeats):
        inner, outer = train.iloc[fit_rows], train.iloc[held_out]
        x_inner, x_outer = tables(inner, outer)
        for name, columns in designs().items():
            y_inner, y_outer = features.labels(inner), features.labels(outer).to_numpy()
            booster = xgboost.train(PARAMETERS, xgboost.DMatrix(x_inner[columns], label=y_inner), ROUNDS)
            p = booster.predict(xgboost.DMatrix(x_outer[columns]))
            likelihood = np.clip(np.where(y_outer == 1, p, 1 - p), 1e-7, 1)
            scores[name] += zip(((p > 0.5) == y_outer).astype(float), -np.log(likelihood))
    print(f"{'design':32}{'accuracy':>10}{'logloss':>10}")
    for name, rows in scores.items():
        accuracy, loss = np.mean(rows, axis=0)
        print(f"{name:32}{accuracy:10.4f}{loss:10.4f}")


def folds(rows: int, repeats: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for repeat in range(repeats):
        order = np.random.RandomState(repeat).permutation(rows)
        for k in range(FOLDS):
            held_out = np.zeros(rows, dtype=bool)
            held_out[order[k::FOLDS]] = True
            yield np.flatnonzero(~held_out), np.flatnonzero(held_out)


def tables(inner: pd.DataFrame, outer: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Chosen and candidate columns side by side, learned from `inner` only."""
    preprocessor = features.fit(inner)
    x_inner = features.transform_training(inner, preprocessor)
    x_outer = features.transform(outer, preprocessor)
    for name, (constant, starts) in UNBANDED.items():
        with mock.patch.object(features, constant, starts):
            x_inner[f"{name}_unbanded"] = features.transform_training(inner, preprocessor)[name]
            x_outer[f"{name}_unbanded"] = features.transform(outer, preprocessor)[name]
    for name, rule in CANDIDATES.items():
        x_inner[name], x_outer[name] = rule(inner, inner), rule(outer, inner)
    return x_inner, x_outer


if __name__ == "__main__":
    main()
