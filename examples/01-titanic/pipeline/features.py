"""Feature rules of the Titanic model, the same for preprocessing and for inference.

Three functions carry everything:

    preprocessor = fit(train)                        # learns from labelled training rows, once
    x_train = transform_training(train, preprocessor)
    x_new = transform(frame, preprocessor)           # validation rows, or passengers to predict

`save` and `load` keep a preprocessor as JSON, so that inference applies exactly what training did.

Invariants, each held by a test in test_features.py:

1. Only `fit` reads labels, and it is given training rows only.
2. A training row never sees itself: its companions' survival leaves its own label out.
3. A feature is a finite number, whatever is missing or unseen in the row.
4. Every value is a multiple of 1/1024. Such a number has a short exact decimal form and an exact
   32-bit float, so that every CSV reader, XGBoost's own included, gets the same bits from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd

SCHEMA_VERSION = 2
LABEL = "Survived"
TEXT_COLUMNS = ("Name", "Sex", "Ticket")
NUMBER_COLUMNS = ("Pclass", "SibSp", "Parch")
INPUT_COLUMNS = TEXT_COLUMNS + NUMBER_COLUMNS

#: The model's columns, in the order in which it was trained.
FEATURES = ("pclass", "female", "title", "family_size", "companions")

#: A passenger without known companions gets this rate: "nothing is known". It is a constant and
#: not the training mean on purpose: a mean over all rows would carry a row's own label into its
#: own features, and a mean over all other rows would even spell that label out.
COMPANION_PRIOR = 0.5
#: The prior counts as much as this many companions.
COMPANION_PRIOR_WEIGHT = 1.0

FEMALE_TITLES = ("Mrs", "Miss", "Mme", "Mlle", "Ms", "Lady", "the Countess", "Countess", "Dona")
BOY_TITLE = "Master"
#: Codes of `title`. Any other title, and none, is `OTHER_TITLE`.
TITLE_CODES = {"Mr": 0, "Mrs": 1, "Miss": 2, "Master": 3}
OTHER_TITLE = 4
#: Sizes at which the next band of `family_size` begins: 0 alone, 1 two to four, 2 five and more.
FAMILY_BAND_STARTS = (2, 5)
#: Smoothed rates at which the next band of `companions` begins: 0 most of them died, 1 unknown or
#: mixed, 2 most of them survived.
COMPANION_BAND_STARTS = (0.4, 0.6)

_RESOLUTION = 1024


@dataclass(frozen=True)
class Companions:
    """Known women and boys that travelled under one key: how many, and how many of them survived."""

    count: dict[str, int]
    survived: dict[str, int]


@dataclass(frozen=True)
class Preprocessor:
    """Everything learned from the training rows. Nothing else is learned anywhere.

    fill: the value that stands in for a missing number, by input column (training medians).
    ticket, family, both: companions by ticket, by family, and by the two together. The third
        table is there to count once who shares both.
    """

    training_rows: int
    fill: dict[str, float]
    ticket: Companions
    family: Companions
    both: Companions


def read_passengers(source: str | Path | IO[bytes] | IO[str]) -> pd.DataFrame:
    """Read a passenger CSV with the dtypes these rules expect (a ticket is text, "0013" is not 13)."""
    return pd.read_csv(source, dtype={name: str for name in TEXT_COLUMNS})


def missing_columns(frame: pd.DataFrame, labelled: bool) -> list[str]:
    """The columns that `frame` lacks, in a fixed order; with `labelled`, the label is one of them."""
    wanted = ((LABEL,) if labelled else ()) + INPUT_COLUMNS
    return [name for name in wanted if name not in frame.columns]


def labels(frame: pd.DataFrame) -> pd.Series:
    """The label as 0 or 1. Raises ValueError when a row has none, or another value."""
    label = pd.to_numeric(frame[LABEL], errors="coerce")
    bad = ~label.isin([0, 1])
    if bad.any():
        line = int(np.flatnonzero(bad)[0]) + 2  # Line 1 of the file is its header.
        raise ValueError(
            f"{int(bad.sum())} of {len(frame)} rows have a {LABEL} that is neither 0 nor 1 (first on line {line})"
        )
    return label.astype(int)


def fit(train: pd.DataFrame) -> Preprocessor:
    """Learn from labelled training rows. Give it training rows only."""
    _require(train, labelled=True)
    if train.empty:
        raise ValueError("there are no training rows to learn from")
    fill = {name: _median(_number(train, name)) for name in NUMBER_COLUMNS}
    facts = _facts(train, fill)
    known = facts["woman_or_boy"].to_numpy() == 1
    survived = labels(train)
    tables = {key: _companions(facts.loc[known, key], survived[known]) for key in ("ticket", "family", "both")}
    return Preprocessor(training_rows=len(train), fill=fill, **tables)


def transform(frame: pd.DataFrame, preprocessor: Preprocessor) -> pd.DataFrame:
    """Features of rows that were NOT given to `fit`. No label is needed, and none is read."""
    _require(frame, labelled=False)
    facts = _facts(frame, preprocessor.fill)
    count, survived = _known_companions(facts, preprocessor)
    return _features(facts, count, survived)


def transform_training(train: pd.DataFrame, preprocessor: Preprocessor) -> pd.DataFrame:
    """Features of the very rows that were given to `fit`: each is taken out of its own companions."""
    _require(train, labelled=True)
    facts = _facts(train, preprocessor.fill)
    count, survived = _known_companions(facts, preprocessor)
    counted = (facts["woman_or_boy"] == 1) & (facts["ticket"].notna() | facts["family"].notna())
    itself = counted.astype(int).to_numpy()
    return _features(facts, count - itself, survived - itself * labels(train).to_numpy())


def save(preprocessor: Preprocessor, path: Path, provenance: Mapping[str, object]) -> None:
    """Write the preprocessor as JSON: the same preprocessor gives the same bytes.

    provenance: where it comes from (code bundle, inputs, row counts); kept for the reader.
    """
    document = {
        "schema_version": SCHEMA_VERSION,
        "label": LABEL,
        "features": list(FEATURES),
        "rules": _rules(),
        "provenance": dict(provenance),
        "learned": asdict(preprocessor),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")


def load(path: Path) -> Preprocessor:
    """Read what `save` wrote. Raises ValueError when it was written by other feature rules."""
    document = json.loads(path.read_text(encoding="utf-8"))
    ours = {"schema_version": SCHEMA_VERSION, "features": list(FEATURES), "rules": _rules()}
    for name, value in ours.items():
        if document.get(name) != value:
            raise ValueError(
                f"{path} was written with {name} = {document.get(name)!r}, this code has {value!r}: "
                "use the code bundle named in its provenance, or train again"
            )
    learned = document["learned"]
    tables = {key: Companions(**learned[key]) for key in ("ticket", "family", "both")}
    return Preprocessor(training_rows=learned["training_rows"], fill=learned["fill"], **tables)


def _rules() -> dict[str, object]:
    """The constants that must be the same in training and in inference."""
    return {
        "title_codes": dict(TITLE_CODES),
        "other_title": OTHER_TITLE,
        "family_band_starts": list(FAMILY_BAND_STARTS),
        "companion_band_starts": list(COMPANION_BAND_STARTS),
        "companion_prior": COMPANION_PRIOR,
        "companion_prior_weight": COMPANION_PRIOR_WEIGHT,
        "female_titles": list(FEMALE_TITLES),
        "boy_title": BOY_TITLE,
    }


def _require(frame: pd.DataFrame, labelled: bool) -> None:
    missing = missing_columns(frame, labelled)
    if missing:
        raise ValueError(f"missing columns: {', '.join(missing)}")


def _text(frame: pd.DataFrame, column: str) -> pd.Series:
    text = frame[column].astype("string").str.strip()
    return text.mask((text == "").fillna(False))


def _number(frame: pd.DataFrame, column: str) -> pd.Series:
    number = pd.to_numeric(frame[column], errors="coerce").astype(float)
    return number.where(np.isfinite(number))


def _median(number: pd.Series) -> float:
    known = number.dropna()
    return float(known.median()) if len(known) else 0.0


def _facts(frame: pd.DataFrame, fill: Mapping[str, float]) -> pd.DataFrame:
    """What a row says by itself: no other row and no label has a part in it."""
    name, sex = _text(frame, "Name"), _text(frame, "Sex").str.lower()
    number = {column: _number(frame, column).fillna(fill[column]) for column in NUMBER_COLUMNS}
    title = name.str.extract(r",\s*([^.,]+)\.", expand=False).str.strip()
    # Where the sex is not given, the title tells it.
    female = (sex == "female").fillna(False) | (sex.isna() & title.isin(FEMALE_TITLES))
    boy = (title == BOY_TITLE).fillna(False)
    size = number["SibSp"] + number["Parch"] + 1

    ticket = _text(frame, "Ticket").str.upper().str.replace(r"[^0-9A-Z]", "", regex=True)
    ticket = ticket.mask((ticket == "").fillna(False))
    surname = name.str.extract(r"^([^,]+),", expand=False).str.strip().str.lower()
    # Two families of one name are told apart by their size. Who travels alone has no family here.
    family = (surname + "/" + size.astype(int).astype("string")).where(size > 1)
    return pd.DataFrame(
        {
            "pclass": number["Pclass"],
            "female": female.astype(int),
            "title": title.astype(object).map(TITLE_CODES).fillna(OTHER_TITLE).astype(int),
            "family_size": np.digitize(size, FAMILY_BAND_STARTS),
            "woman_or_boy": (female | boy).astype(int),  # Whose survival companions share; no column by itself.
            "ticket": ticket.astype(object),
            "family": family.astype(object),
            "both": (ticket + "/" + family).astype(object),
        },
        index=frame.index,
    )


def _companions(key: pd.Series, survived: pd.Series) -> Companions:
    grouped = survived.groupby(key.to_numpy(), sort=True)  # Rows without a key fall out.
    return Companions(
        count={str(name): int(value) for name, value in grouped.count().items()},
        survived={str(name): int(value) for name, value in grouped.sum().items()},
    )


def _known_companions(facts: pd.DataFrame, preprocessor: Preprocessor) -> tuple[np.ndarray, np.ndarray]:
    """How many known women and boys share a row's ticket or family, and how many of them survived."""

    def total(field: str) -> np.ndarray:
        found = {
            key: facts[key].map(getattr(getattr(preprocessor, key), field)).fillna(0).to_numpy(dtype=float)
            for key in ("ticket", "family", "both")
        }
        return found["ticket"] + found["family"] - found["both"]

    return total("count"), total("survived")


def _features(facts: pd.DataFrame, count: np.ndarray, survived: np.ndarray) -> pd.DataFrame:
    prior, weight = COMPANION_PRIOR, COMPANION_PRIOR_WEIGHT
    rate = (survived + prior * weight) / (count + weight)
    columns = {
        "pclass": facts["pclass"],
        "female": facts["female"],
        "title": facts["title"],
        "family_size": facts["family_size"],
        "companions": np.digitize(rate, COMPANION_BAND_STARTS),
    }
    features = pd.DataFrame(columns, index=facts.index)[list(FEATURES)].astype(float)
    return (features * _RESOLUTION).round() / _RESOLUTION
