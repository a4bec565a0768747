"""The AWS Glue job `titanic-clean`: from passengers as they arrive to passengers that can be trained on or scored.

A plain Python shell job (Python 3.9, library set "analytics"), the same on AWS and on Telar. Training and batch inference run
this one script with these rules; they differ in `--purpose` alone, which says whether a row must have its label.

    --input    s3://bucket/raw/         one object, or a prefix: all its *.csv, in the order of their keys
    --output   s3://bucket/curated/run_date=2026-11-27/run_id=091500-4f1d2c3b
    --purpose  training | inference
    --run_date, --run_id                recorded

Writes under --output
    train.csv, validation.csv   training: with header, the first 80 % of the rows and the rest
    passengers.csv              inference: without header and label, in the order of `COLUMNS`: what the model takes
    rejected.csv                rows that are of no use, each with the reason and where it came from
    cleaning.json               what was read (key, version, ETag, rows), kept, repaired and rejected

Invariants, each held by a test in test_clean.py:
1. Every row that was read is either kept or rejected with one reason: the numbers in cleaning.json add up.
2. Purpose changes neither rule nor value: a labelled row is cleaned to the same cells in both.
3. The same objects give the same bytes.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlparse

import pandas as pd

LABEL = "Survived"
#: A passenger's columns, in the order in which the model takes them.
COLUMNS = ("PassengerId", "Pclass", "Name", "Sex", "Age", "SibSp", "Parch", "Ticket", "Fare", "Cabin", "Embarked")
#: Without these a row cannot be scored; the others may be missing as a whole column, and are then empty.
REQUIRED = ("PassengerId", "Pclass", "Name", "Sex", "SibSp", "Parch", "Ticket")
TRAINING_SHARE = 0.8
#: More than this share of bad rows is a broken file, not a file with some broken rows.
MOST_REJECTED = 0.5

_WHOLE = re.compile(r"\d{1,4}")
_NUMBER = re.compile(r"\d{1,6}(\.\d+)?")
#: What a cell must be; another value is emptied and counted, since the model can do without it.
_REPAIRED = {
    "Sex": re.compile(r"male|female"),
    "Age": _NUMBER,
    "SibSp": _WHOLE,
    "Parch": _WHOLE,
    "Fare": _NUMBER,
    "Embarked": re.compile(r"[CQS]"),
}


class CleaningError(Exception):
    """What happened, to which file, and what to do next."""


def read_table(body: bytes, uri: str, labelled: bool) -> pd.DataFrame:
    """One file as texts. Raises CleaningError when it is no CSV file with the columns that are needed."""
    try:
        table = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise CleaningError(f"{uri} cannot be read as CSV: {error}. Upload a CSV file with a header line.") from error
    missing = [name for name in REQUIRED + ((LABEL,) if labelled else ()) if name not in table.columns]
    if missing:
        found = ", ".join(map(str, table.columns))[:200]
        raise CleaningError(f"{uri} lacks the columns {', '.join(missing)}; it has {found}. Correct its header line.")
    return table.reindex(columns=[*COLUMNS, LABEL], fill_value="").fillna("")


def clean(table: pd.DataFrame, labelled: bool) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    """The rows to keep, the rejected ones with their `reason`, and how many cells were emptied, by column."""
    table = table.apply(lambda column: column.str.strip())
    table["Sex"] = table["Sex"].str.lower()
    repaired: dict[str, int] = {}
    for name, pattern in _REPAIRED.items():
        bad = (table[name] != "") & ~table[name].str.fullmatch(pattern)
        table.loc[bad, name] = ""
        repaired[name] = int(bad.sum())

    reason = pd.Series("", index=table.index)
    for words, bad in (
        ("PassengerId is missing", table["PassengerId"] == ""),
        ("Pclass is none of 1, 2, 3", ~table["Pclass"].isin(["1", "2", "3"])),
        ("Name is missing", table["Name"] == ""),
        (f"{LABEL} is neither 0 nor 1", ~table[LABEL].isin(["0", "1"]) & labelled),
    ):
        reason = reason.mask((reason == "") & bad, words)
    good = reason == ""
    again = table.loc[good, "PassengerId"].duplicated(keep="first")
    reason.loc[again.index[again]] = "PassengerId was there before"

    rejected = table[reason != ""].copy()
    rejected.insert(0, "reason", reason[reason != ""])
    return table[reason == ""], rejected, repaired


def outputs(kept: pd.DataFrame, labelled: bool) -> dict[str, str]:
    """The files of the kept rows, by their names."""
    if not labelled:
        return {"passengers.csv": csv(kept[list(COLUMNS)], header=False)}
    table = kept[["PassengerId", LABEL, *COLUMNS[1:]]]
    cut = int(len(table) * TRAINING_SHARE)
    return {"train.csv": csv(table.iloc[:cut]), "validation.csv": csv(table.iloc[cut:])}


def csv(table: pd.DataFrame, header: bool = True) -> str:
    # A line break inside a cell would make two records of one where files are read by lines.
    flat = table.apply(lambda column: column.str.replace(r"[\r\n]+", " ", regex=True))
    return flat.to_csv(index=False, header=header, lineterminator="\n")


def split_s3(uri: str) -> tuple[str, str]:
    parts = urlparse(uri, allow_fragments=False)
    key = uri[len(f"s3://{parts.netloc}/") :]
    if parts.scheme != "s3" or not parts.netloc or not key:
        raise CleaningError(f"'{uri}' names nothing in S3. Write s3://bucket/key, or s3://bucket/prefix/.")
    return parts.netloc, key


def sources(s3: Any, uri: str) -> Iterable[tuple[str, dict[str, Any]]]:
    """Each object to read, by its URI: what GetObject answers. In the order of the keys."""
    bucket, key = split_s3(uri)
    keys = [key]
    if key.endswith("/"):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", ()) if entry["Key"].endswith(".csv")]
    if not keys:
        raise CleaningError(f"There is no *.csv object under {uri}. Upload one, or correct --input.")
    for each in keys:
        try:
            yield f"s3://{bucket}/{each}", s3.get_object(Bucket=bucket, Key=each)
        except s3.exceptions.NoSuchKey as error:
            raise CleaningError(f"s3://{bucket}/{each} is not there. Upload it, or correct --input.") from error


def run(options: Mapping[str, str], s3: Any) -> dict[str, Any]:
    """The whole job; answers what it writes into cleaning.json."""
    purpose = options["purpose"]
    if purpose not in ("training", "inference"):
        raise CleaningError(f"--purpose is '{purpose}'. Write training or inference.")
    labelled = purpose == "training"
    tables, inputs = [], []
    for uri, answer in sources(s3, options["input"]):
        table = read_table(answer["Body"].read(), uri, labelled)
        inputs.append(
            {"uri": uri, "version_id": answer.get("VersionId"), "etag": answer["ETag"].strip('"'), "rows": len(table)}
        )
        tables.append(table.assign(source=uri))
        print(f"Read {uri}: {len(table)} rows")
    whole = pd.concat(tables, ignore_index=True)
    kept, rejected, repaired = clean(whole, labelled)
    if kept.empty or len(rejected) > MOST_REJECTED * len(whole):
        common = rejected["reason"].value_counts().to_dict()
        raise CleaningError(
            f"{options['input']}: {len(rejected)} of {len(whole)} rows are of no use ({common}). Nothing was written: "
            "correct the files."
        )
    report = {
        "purpose": purpose,
        "run_date": options["run_date"],
        "run_id": options["run_id"],
        "inputs": inputs,
        "rows": {"read": len(whole), "kept": len(kept), "rejected": len(rejected)},
        "rejected": {str(words): int(count) for words, count in sorted(rejected["reason"].value_counts().items())},
        "repaired_cells": {name: count for name, count in repaired.items() if count},
    }
    bucket, prefix = split_s3(f"{options['output'].rstrip('/')}/")
    files = {
        **outputs(kept, labelled),
        "rejected.csv": csv(rejected),
        "cleaning.json": json.dumps(report, indent=1) + "\n",  # Last: where it is, the others are.
    }
    for name, text in files.items():
        s3.put_object(Bucket=bucket, Key=f"{prefix}{name}", Body=text.encode("utf-8"))
        print(f"Wrote s3://{bucket}/{prefix}{name}")
    print(f"Kept {len(kept)} of {len(whole)} rows, rejected {len(rejected)}, repaired {sum(repaired.values())} cells")
    return report


def main() -> None:
    import boto3
    from awsglue.utils import getResolvedOptions

    run(getResolvedOptions(sys.argv, ["input", "output", "purpose", "run_date", "run_id"]), boto3.client("s3"))


if __name__ == "__main__":
    main()
