"""Measures the model on the test rows and writes evaluation.json."""

import json
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost

BASE = Path("/opt/ml/processing")

with tarfile.open(BASE / "model" / "model.tar.gz") as archive:
    archive.extractall(".")
model = xgboost.Booster()
model.load_model("xgboost-model")

table = pd.read_csv(BASE / "test" / "test.csv", header=None)
errors = table[0].to_numpy() - model.predict(xgboost.DMatrix(table.drop(columns=0).to_numpy()))
report = {"regression_metrics": {"mse": {"value": float(np.mean(errors**2)), "standard_deviation": float(np.std(errors))}}}
print(json.dumps(report))

folder = BASE / "evaluation"
folder.mkdir(parents=True, exist_ok=True)
(folder / "evaluation.json").write_text(json.dumps(report))
