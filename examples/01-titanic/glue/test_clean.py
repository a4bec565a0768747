"""clean.py: its rules, its files, and what it refuses. S3 is a dictionary."""

from __future__ import annotations

import io
import json
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

import clean

DATA = (Path(__file__).resolve().parent.parent / "data" / "titanic.csv").read_bytes()
HEADER = "PassengerId,Survived,Pclass,Name,Sex,Age,SibSp,Parch,Ticket,Fare,Cabin,Embarked"
GOOD = '1,0,3,"Stanley, Mr. Edward",male,21,0,0,A/4 45380,8.05,,S'


class NoSuchKey(Exception):
    pass


class Objects:
    """As much of S3 as the job needs."""

    exceptions = SimpleNamespace(NoSuchKey=NoSuchKey)

    def __init__(self, **objects: bytes) -> None:
        self.objects: dict[str, bytes] = dict(objects)

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        if Key not in self.objects:
            raise NoSuchKey(Key)
        return {"Body": io.BytesIO(self.objects[Key]), "ETag": f'"{len(self.objects[Key])}"', "VersionId": "v1"}

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:
        self.objects[Key] = Body

    def get_paginator(self, name: str) -> Any:
        def paginate(Bucket: str, Prefix: str) -> list[dict[str, Any]]:
            found = sorted(key for key in self.objects if key.startswith(Prefix))
            return [{"Contents": [{"Key": key} for key in found]}] if found else [{}]

        return SimpleNamespace(paginate=paginate)


def run(objects: Objects, purpose: str = "training", source: str = "s3://b/raw/") -> dict[str, Any]:
    options = {"input": source, "output": "s3://b/out", "purpose": purpose, "run_date": "2026-11-27", "run_id": "r1"}
    return clean.run(options, objects)


def lines(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows, "")).encode()


class Clean(unittest.TestCase):
    def test_the_passengers_are_all_kept_and_split_in_their_order(self) -> None:
        objects = Objects(**{"raw/titanic.csv": DATA})
        report = run(objects)
        self.assertEqual(report["rows"], {"read": 1309, "kept": 1309, "rejected": 0})
        parts = [pd.read_csv(io.BytesIO(objects.objects[f"out/{name}.csv"])) for name in ("train", "validation")]
        self.assertEqual([len(part) for part in parts], [1047, 262])
        pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), pd.read_csv(io.BytesIO(DATA)))
        self.assertEqual(json.loads(objects.objects["out/cleaning.json"])["inputs"][0]["version_id"], "v1")

    def test_both_purposes_clean_a_row_to_the_same_cells(self) -> None:
        objects = Objects(**{"raw/a.csv": lines(GOOD, '2,1,1," Icard, Miss. Amelie ", FEMALE ,x,0,0,113572,80.0,B28,Z')})
        run(objects)
        run(objects, "inference")
        trained = pd.concat(
            pd.read_csv(io.BytesIO(objects.objects[f"out/{name}.csv"]), dtype=str) for name in ("train", "validation")
        )
        scored = pd.read_csv(
            io.BytesIO(objects.objects["out/passengers.csv"]), header=None, names=list(clean.COLUMNS), dtype=str
        )
        self.assertEqual(trained[list(clean.COLUMNS)].values.tolist()[1][2:4], ["Icard, Miss. Amelie", "female"])
        pd.testing.assert_frame_equal(trained[list(clean.COLUMNS)].reset_index(drop=True), scored)

    def test_every_row_is_kept_or_rejected_with_one_reason(self) -> None:
        row = GOOD.replace
        objects = Objects(
            **{
                "raw/a.csv": lines(GOOD, row("1,0,3", ",0,3"), row("1,0,3", "2,0,7"), GOOD, row("1,0,3", "6,0,1")),
                "raw/b.csv": lines(row("1,0,3", "3,,3"), row("1,0,3", "4,1,2"), row("1,0,3", "5,1,1")),
                "raw/notes.txt": b"not a table",
            }
        )
        report = run(objects)
        self.assertEqual(report["rows"], {"read": 8, "kept": 4, "rejected": 4})
        self.assertEqual(
            report["rejected"],
            {
                "PassengerId is missing": 1,
                "PassengerId was there before": 1,
                "Pclass is none of 1, 2, 3": 1,
                "Survived is neither 0 nor 1": 1,
            },
        )
        rejected = pd.read_csv(io.BytesIO(objects.objects["out/rejected.csv"]))
        self.assertEqual(list(rejected["source"]), ["s3://b/raw/a.csv"] * 3 + ["s3://b/raw/b.csv"])
        # Who is to be scored needs no label.
        self.assertEqual(run(objects, "inference")["rows"]["kept"], 5)

    def test_what_is_no_file_of_passengers_is_refused_by_name(self) -> None:
        for body, words in (
            (b"", "s3://b/raw/a.csv cannot be read as CSV"),
            (b"a,b\n1,2\n", "s3://b/raw/a.csv lacks the columns PassengerId"),
            (lines(GOOD, ",0,3,,,,,,,,,", ",0,3,,,,,,,,,"), "2 of 3 rows are of no use"),
            (lines(), "0 of 0 rows"),
        ):
            objects = Objects(**{"raw/a.csv": body})
            with self.assertRaisesRegex(clean.CleaningError, words):
                run(objects)
            self.assertEqual(list(objects.objects), ["raw/a.csv"])
        with self.assertRaisesRegex(clean.CleaningError, r"no \*.csv object under s3://b/raw/"):
            run(Objects())
        with self.assertRaisesRegex(clean.CleaningError, "s3://b/gone.csv is not there"):
            run(Objects(), source="s3://b/gone.csv")
        with self.assertRaisesRegex(clean.CleaningError, "--purpose is 'both'"):
            run(Objects(**{"raw/a.csv": lines(GOOD)}), "both")

    def test_a_cell_with_a_line_break_stays_one_line(self) -> None:
        objects = Objects(**{"raw/a.csv": lines(GOOD.replace("Mr. Edward", "Mr.\nEdward"))})
        run(objects, "inference")
        self.assertEqual(objects.objects["out/passengers.csv"].count(b"\n"), 1)

    def test_the_same_objects_give_the_same_bytes(self) -> None:
        first, second = (Objects(**{"raw/titanic.csv": DATA}) for _ in range(2))
        run(first)
        run(second)
        self.assertEqual(first.objects, second.objects)


if __name__ == "__main__":
    unittest.main()
