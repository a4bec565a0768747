"""The feature rules' invariants (see features.py): no leakage, no missing value, the same after save and load."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

import numpy as np
import pandas as pd

import features

DATA = Path(__file__).resolve().parent.parent / "data" / "titanic.csv"


def split() -> tuple[pd.DataFrame, pd.DataFrame]:
    passengers = features.read_passengers(DATA)
    cut = int(0.8 * len(passengers))
    return passengers.iloc[:cut].copy(), passengers.iloc[cut:].copy()


def passenger(**values: object) -> dict[str, object]:
    plain = {"Survived": 0, "Pclass": 3, "Name": "Doe, Mr. John", "Sex": "male", "Ticket": "1", "SibSp": 0, "Parch": 0}
    return {**plain, **values}


def mother_and(survived: list[int]) -> pd.DataFrame:
    """A mother (the first) and her daughters, on one ticket."""
    return pd.DataFrame(
        [
            passenger(Name=f"Roe, Mrs. {i}", Sex="female", Ticket="77", SibSp=0, Parch=2, Survived=label)
            for i, label in enumerate(survived)
        ]
    )


class Leakage(unittest.TestCase):
    def setUp(self) -> None:
        self.train, self.validation = split()

    def test_validation_labels_change_no_feature(self) -> None:
        preprocessor = features.fit(self.train)
        before = features.transform(self.validation, preprocessor)
        flipped = self.validation.assign(Survived=1 - self.validation["Survived"])
        pd.testing.assert_frame_equal(before, features.transform(flipped, preprocessor))
        pd.testing.assert_frame_equal(
            before, features.transform(self.validation.drop(columns="Survived"), preprocessor)
        )

    def test_a_training_row_does_not_see_its_own_label(self) -> None:
        before = features.transform_training(self.train, features.fit(self.train))
        # Rows with many companions, and rows with few: every one of them has its label turned.
        for position in range(0, len(self.train), 37):
            turned = self.train.copy()
            label = turned.columns.get_loc("Survived")
            turned.iloc[position, label] = 1 - turned.iloc[position, label]
            after = features.transform_training(turned, features.fit(turned))
            pd.testing.assert_series_equal(before.iloc[position], after.iloc[position])

    def test_but_it_sees_its_companions(self) -> None:
        died, lived = mother_and([1, 0, 0]), mother_and([1, 1, 1])
        self.assertEqual(features.transform_training(died, features.fit(died))["companions"].iloc[0], 0)
        self.assertEqual(features.transform_training(lived, features.fit(lived))["companions"].iloc[0], 2)

    def test_other_labels_than_a_rows_companions_do_not_reach_it(self) -> None:
        base = mother_and([1, 0, 0])
        alone = pd.DataFrame([passenger(Name="Poe, Miss. Ann", Sex="female", Ticket="5", Survived=s) for s in (0, 1)])
        for i in (0, 1):
            train = pd.concat([base, alone.iloc[[i]]], ignore_index=True)
            x = features.transform_training(train, features.fit(train))
            self.assertEqual(x["companions"].tolist(), [0, 1, 1, 1])

    def test_who_shares_ticket_and_family_counts_once(self) -> None:
        p = features.fit(mother_and([1, 0, 0]))
        sister = mother_and([0]).drop(columns="Survived")
        # Three known, one survived: (1 + 0.5) / (3 + 1) is below 0.4; counted twice it would be below as well,
        # so the counts are looked at themselves.
        count, survived = features._known_companions(features._facts(sister, p.fill), p)
        self.assertEqual((count.tolist(), survived.tolist()), ([3.0], [1.0]))


class Robustness(unittest.TestCase):
    def setUp(self) -> None:
        self.train, self.validation = split()
        self.preprocessor = features.fit(self.train)

    def assert_numeric(self, x: pd.DataFrame, rows: int) -> None:
        self.assertEqual(list(x.columns), list(features.FEATURES))
        self.assertEqual(len(x), rows)
        self.assertTrue(np.isfinite(x.to_numpy()).all())
        self.assertTrue((x.to_numpy() * 1024 % 1 == 0).all())

    def test_real_rows(self) -> None:
        self.assert_numeric(features.transform_training(self.train, self.preprocessor), len(self.train))
        self.assert_numeric(features.transform(self.validation, self.preprocessor), len(self.validation))

    def test_nothing_is_known(self) -> None:
        empty = pd.DataFrame({name: [np.nan, None] for name in features.INPUT_COLUMNS})
        self.assert_numeric(features.transform(empty, self.preprocessor), 2)

    def test_each_column_missing_everywhere(self) -> None:
        for name in features.INPUT_COLUMNS:
            with self.subTest(column=name):
                blank = self.train.assign(**{name: np.nan})
                fitted = features.fit(blank)
                self.assert_numeric(features.transform_training(blank, fitted), len(blank))
                self.assert_numeric(features.transform(self.validation.assign(**{name: np.nan}), fitted), 262)

    def test_unseen_and_senseless_values(self) -> None:
        odd = pd.DataFrame(
            [
                passenger(Pclass=9, Name="no comma", Sex="?", Ticket="never sold"),
                passenger(Pclass="first", Name="", Sex="", Ticket="", SibSp=-1, Parch=float("inf")),
                passenger(Name="O'Neil, Archduke. X", Ticket="---", SibSp=10**6),
            ]
        )
        self.assert_numeric(features.transform(odd, self.preprocessor), 3)

    def test_the_title_stands_in_for_a_missing_sex(self) -> None:
        names = ["Doe, Mrs. A", "Doe, Mr. B", "Doe, Master. C"]
        x = features.transform(pd.DataFrame([passenger(Name=n, Sex=None) for n in names]), self.preprocessor)
        self.assertEqual(x["female"].tolist(), [1, 0, 0])
        self.assertEqual(x["title"].tolist(), [1, 0, 3])

    def test_titles_have_codes(self) -> None:
        names = ["Doe, Mr. A", "Doe, Mrs. B", "Doe, Miss. C", "Doe, Master. D", "Doe, Rev. E", "Doe, F", "", None]
        x = features.transform(pd.DataFrame([passenger(Name=n) for n in names]), self.preprocessor)
        self.assertEqual(x["title"].tolist(), [0, 1, 2, 3, 4, 4, 4, 4])

    def test_family_sizes_have_bands(self) -> None:
        aboard = [(0, 0), (1, 0), (1, 2), (1, 3), (8, 2), (None, None)]
        x = features.transform(pd.DataFrame([passenger(SibSp=s, Parch=p) for s, p in aboard]), self.preprocessor)
        self.assertEqual(x["family_size"].tolist(), [0, 1, 1, 2, 2, 0])

    def test_companions_are_women_and_boys(self) -> None:
        """Men's survival reaches nobody: not a wife, not a man on the same ticket."""
        men = [passenger(Name=f"Roe, Mr. {i}", Ticket="77", Parch=2, Survived=1) for i in range(4)]
        wife = passenger(Name="Roe, Mrs. A", Sex="female", Ticket="77", Parch=2)
        boy = passenger(Name="Roe, Master. B", Ticket="77", Parch=2, Survived=1)
        alone = features.transform(pd.DataFrame([wife]), features.fit(pd.DataFrame(men)))
        with_boy = features.transform(pd.DataFrame([wife]), features.fit(pd.DataFrame([*men, boy])))
        self.assertEqual((alone["companions"].tolist(), with_boy["companions"].tolist()), ([1], [2]))

    def test_no_rows_to_transform(self) -> None:
        self.assert_numeric(features.transform(self.validation.iloc[:0], self.preprocessor), 0)

    def test_no_rows_to_learn_from(self) -> None:
        with self.assertRaisesRegex(ValueError, "no training rows"):
            features.fit(self.train.iloc[:0])

    def test_missing_columns_are_named(self) -> None:
        with self.assertRaisesRegex(ValueError, "missing columns: Ticket, SibSp"):
            features.transform(self.validation.drop(columns=["SibSp", "Ticket"]), self.preprocessor)

    def test_labels_that_are_none(self) -> None:
        for wrong in (np.nan, 2, "yes"):
            with self.subTest(label=wrong), self.assertRaisesRegex(ValueError, "neither 0 nor 1"):
                features.fit(pd.DataFrame([passenger(), passenger(Survived=wrong)]))


class SaveAndLoad(unittest.TestCase):
    def setUp(self) -> None:
        self.train, self.validation = split()
        self.preprocessor = features.fit(self.train)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "deep" / "preprocessor.json"

    def test_the_loaded_preprocessor_is_the_saved_one(self) -> None:
        features.save(self.preprocessor, self.path, {"code_bundle_uri": "s3://b/c.tar.gz"})
        loaded = features.load(self.path)
        self.assertEqual(loaded, self.preprocessor)
        pd.testing.assert_frame_equal(
            features.transform(self.validation, loaded), features.transform(self.validation, self.preprocessor)
        )

    def test_the_same_rows_give_the_same_bytes(self) -> None:
        features.save(self.preprocessor, self.path, {})
        first = self.path.read_bytes()
        features.save(features.fit(self.train.copy()), self.path, {})
        self.assertEqual(first, self.path.read_bytes())

    def test_other_rules_are_refused(self) -> None:
        features.save(self.preprocessor, self.path, {})
        self.path.write_text(self.path.read_text().replace('"schema_version": 2', '"schema_version": 1'))
        with self.assertRaisesRegex(ValueError, "schema_version"):
            features.load(self.path)


if __name__ == "__main__":
    unittest.main()
