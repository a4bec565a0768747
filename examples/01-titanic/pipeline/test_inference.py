"""inference.py: rows with and without a header line give what training's own rules give."""

from __future__ import annotations

import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import xgboost

import features
import inference
import testing

LINES = (testing.HERE.parent / "data" / "titanic.csv").read_text(encoding="utf-8").splitlines(keepends=True)


class Inference(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        path = Path(cls.folder.name)
        passengers = features.read_passengers(testing.HERE.parent / "data" / "titanic.csv")
        cls.train, cls.rest = passengers.iloc[:1047], passengers.iloc[1047:]
        cls.preprocessor = features.fit(cls.train)
        x = features.transform_training(cls.train, cls.preprocessor).to_numpy()
        cls.booster = xgboost.train({"seed": 0}, xgboost.DMatrix(x, label=features.labels(cls.train)), 5)
        cls.booster.save_model(str(path / "xgboost-model"))
        features.save(cls.preprocessor, path / "preprocessor.json", {})

    def load(self) -> inference.Model:
        saved = Path(self.folder.name, "preprocessor.json").read_bytes()
        with (
            mock.patch.dict(os.environ, {"PREPROCESSOR_URI": "s3://b/runs/1/preprocessor"}),
            mock.patch("preprocess.read_s3", return_value=saved) as read,
        ):
            model = inference.model_fn(self.folder.name)
        read.assert_called_once_with("s3://b/runs/1/preprocessor/preprocessor.json")
        return model

    def ask(self, body: str | bytes) -> list[float]:
        answer = inference.predict_fn(inference.input_fn(body, "text/csv; charset=utf-8"), self.load())
        text, content_type = inference.output_fn(answer, "text/csv")
        self.assertEqual(content_type, "text/csv")
        return [float(line) for line in text.splitlines()]

    def test_predicts_what_the_rules_and_the_model_say(self) -> None:
        x = features.transform(self.rest, self.preprocessor).to_numpy()
        expected = self.booster.predict(xgboost.DMatrix(x))
        with_header = "".join([LINES[0], *LINES[1048:]])
        np.testing.assert_allclose(self.ask(with_header.encode()), expected, atol=1e-6)
        columns = list(inference.COLUMNS)
        without = self.rest[columns].to_csv(index=False, header=False)
        np.testing.assert_allclose(self.ask(without), expected, atol=1e-6)

    def test_one_row(self) -> None:
        self.assertEqual(len(self.ask(self.rest[list(inference.COLUMNS)].head(1).to_csv(index=False, header=False))), 1)

    def test_another_content_type_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "application/json: send text/csv"):
            inference.input_fn(b"{}", "application/json")


if __name__ == "__main__":
    unittest.main()
