"""evaluate.py as a job: its figures, what it refuses, and that it only reports."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

import numpy as np
import xgboost

import evaluate
import testing

ROWS = np.array([[0, 0, 5], [0, 0, 4], [1, 1, 5], [1, 1, 3], [1, 0, 2], [0, 1, 1]] * 5, dtype=float)


class Metrics(unittest.TestCase):
    def test_by_hand(self) -> None:
        label = np.array([1, 1, 1, 0, 0])
        confusion = evaluate.confusion_matrix(label, np.array([True, True, False, True, False]))
        expected = {"true_negative": 1, "false_positive": 1, "false_negative": 1, "true_positive": 2}
        self.assertEqual(confusion, expected)
        metrics = evaluate.classification_metrics(confusion)
        for name, value in {"accuracy": 3 / 5, "precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3}.items():
            self.assertAlmostEqual(metrics[name], value)

    def test_nobody_predicted_to_survive(self) -> None:
        confusion = evaluate.confusion_matrix(np.array([1, 0]), np.array([False, False]))
        metrics = evaluate.classification_metrics(confusion)
        self.assertEqual((metrics["precision"], metrics["recall"], metrics["f1"]), (0, 0, 0))

    def test_roc_auc(self) -> None:
        label = np.array([0, 0, 1, 1])
        self.assertEqual(evaluate.roc_auc(label, np.array([0.1, 0.2, 0.3, 0.4])), 1)
        self.assertEqual(evaluate.roc_auc(label, np.array([0.5, 0.5, 0.5, 0.5])), 0.5)
        self.assertAlmostEqual(evaluate.roc_auc(label, np.array([0.1, 0.4, 0.35, 0.8])), 0.75)
        self.assertIsNone(evaluate.roc_auc(np.array([1, 1]), np.array([0.1, 0.2])))

    def test_logloss(self) -> None:
        self.assertAlmostEqual(evaluate.logloss(np.array([1, 0]), np.array([0.5, 0.5])), np.log(2))
        self.assertTrue(np.isfinite(evaluate.logloss(np.array([1]), np.array([0.0]))))


class Job(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        processing = self.root / "processing"
        self.archive = processing / "model" / "model.tar.gz"
        self.rows = processing / "validation" / "validation.csv"
        self.report = processing / "evaluation" / "evaluation.json"
        self.archive.parent.mkdir(parents=True)
        self.rows.parent.mkdir(parents=True)
        np.savetxt(self.rows, ROWS, delimiter=",", fmt="%g")
        parameters = {"objective": "binary:logistic", "max_depth": 3, "seed": 0}
        booster = xgboost.train(parameters, xgboost.DMatrix(ROWS[:, 1:], label=ROWS[:, 0]), 5)
        self.model = bytes(booster.save_raw())
        self.pack({"xgboost-model": self.model})

    def pack(self, members: dict[str, bytes]) -> None:
        with tarfile.open(self.archive, "w:gz") as tar:
            for name, content in members.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))

    def run_job(self, threshold: str = "0.78") -> subprocess.CompletedProcess[str]:
        return testing.run_here(evaluate, ["--accuracy-threshold", threshold], self.root)

    def assert_refused(self, *words: str) -> None:
        result = self.run_job()
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertNotIn("Traceback", result.stdout + result.stderr)
        self.assertFalse(self.report.exists())
        for word in words:
            self.assertIn(word, result.stdout)

    def test_the_report(self) -> None:
        result = testing.run_as_process("evaluate.py", ["--accuracy-threshold", "0.78"], self.root)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        report = json.loads(self.report.read_text(encoding="utf-8"))
        confusion, metrics = report["confusion_matrix"], report["metrics"]
        self.assertEqual(sum(confusion.values()), report["validation_rows"])
        self.assertEqual(report["validation_rows"], len(ROWS))
        right = confusion["true_positive"] + confusion["true_negative"]
        self.assertEqual(metrics["accuracy"], right / len(ROWS))
        self.assertTrue({"accuracy", "precision", "recall", "f1", "roc_auc", "logloss"} <= set(metrics))
        self.assertEqual(report["binary_classification_metrics"]["accuracy"]["value"], metrics["accuracy"])
        self.assertEqual(report["model"]["boosted_rounds"], 5)

    def test_it_only_reports(self) -> None:
        wrong = ROWS.copy()
        wrong[0, 0] = 1 - wrong[0, 0]  # So that no threshold of 1 can be reached.
        np.savetxt(self.rows, wrong, delimiter=",", fmt="%g")
        for threshold, passed in (("0", True), ("1", False)):
            self.assertEqual(self.run_job(threshold).returncode, 0)
            self.assertEqual(json.loads(self.report.read_text(encoding="utf-8"))["passed"], passed)

    def test_a_senseless_threshold_is_refused(self) -> None:
        for threshold in ("nan", "-1", "78", "high"):
            self.assertEqual(self.run_job(threshold).returncode, 2)

    def test_the_same_inputs_give_the_same_bytes(self) -> None:
        self.run_job()
        first = self.report.read_bytes()
        self.run_job()
        self.assertEqual(first, self.report.read_bytes())

    def test_nothing_of_the_archive_reaches_the_disk(self) -> None:
        self.pack({"../../escaped": b"x", "/tmp/escaped-absolute-path": b"x", "./xgboost-model": self.model})
        before = sorted(self.root.rglob("*"))
        self.assertEqual(self.run_job().returncode, 0)
        new = set(self.root.rglob("*")) - set(before)
        self.assertEqual({path.name for path in new}, {"evaluation", "evaluation.json"})

    def test_archives_without_a_model(self) -> None:
        self.pack({"other": b"x"})
        self.assert_refused("no file named xgboost-model")
        with tarfile.open(self.archive, "w:gz") as tar:
            entry = tarfile.TarInfo("xgboost-model")
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(entry)
        self.assert_refused("no file named xgboost-model")

    def test_damaged_and_missing_archives(self) -> None:
        self.archive.write_bytes(self.archive.read_bytes()[:40])
        self.assert_refused("model.tar.gz cannot be read")
        self.archive.unlink()
        self.assert_refused("model.tar.gz is not there")

    def test_a_model_of_another_kind(self) -> None:
        self.pack({"xgboost-model": b"\x80\x04N."})
        self.assert_refused("not a model that XGBoost")

    def test_rows_that_do_not_fit(self) -> None:
        self.rows.write_text("1,2\n", encoding="utf-8")
        self.assert_refused("1 features, the model was trained on 2")
        self.rows.write_text("7,2,3\n", encoding="utf-8")
        self.assert_refused("must be the label")
        self.rows.write_text("Survived,a,b\n1,2,3\n", encoding="utf-8")
        self.assert_refused("validation.csv is not a CSV file of numbers")
        self.rows.unlink()
        self.assert_refused("no *.csv file")


if __name__ == "__main__":
    unittest.main()
