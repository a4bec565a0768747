"""The model as the registry's versions serve it: from passengers as text/csv to the probability that each survives.

A version names this script, the code bundle that trained it and its preprocessor in its own environment, so that whoever makes
a model of it (batch inference, `telar predict`, an endpoint) applies the very feature rules of its training:

    SAGEMAKER_PROGRAM           inference.py
    SAGEMAKER_SUBMIT_DIRECTORY  s3://…/pipeline_code.tar.gz
    PREPROCESSOR_URI            s3://…/preprocessor     (the prefix of preprocessor.json)

Rows come with a header line, or without one in the order of COLUMNS: of a file that SageMaker splits by lines, only the first
request has the header. The answer is one number a row.
"""

from __future__ import annotations

import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost

import features
import preprocess

#: As the cleaning job writes them (glue/clean.py).
COLUMNS = ("PassengerId", "Pclass", "Name", "Sex", "Age", "SibSp", "Parch", "Ticket", "Fare", "Cabin", "Embarked")


@dataclass(frozen=True)
class Model:
    booster: xgboost.Booster
    preprocessor: features.Preprocessor


def model_fn(model_dir: str) -> Model:
    booster = xgboost.Booster()
    booster.load_model(os.path.join(model_dir, "xgboost-model"))
    return Model(booster, fetch_preprocessor(os.environ["PREPROCESSOR_URI"]))


def fetch_preprocessor(uri: str) -> features.Preprocessor:
    body = preprocess.read_s3(f"{uri.rstrip('/')}/preprocessor.json")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "preprocessor.json")
        path.write_bytes(body)
        return features.load(path)


def input_fn(body: bytes | str, content_type: str) -> pd.DataFrame:
    if content_type.split(";")[0].strip() != "text/csv":
        raise ValueError(f"The content type is {content_type}: send text/csv.")
    text = body if isinstance(body, str) else bytes(body).decode("utf-8-sig")
    types = {name: str for name in features.TEXT_COLUMNS}
    header = set(pd.read_csv(io.StringIO(text), header=None, nrows=1, dtype=str).iloc[0])
    if not header.issuperset(features.INPUT_COLUMNS):
        return pd.read_csv(io.StringIO(text), header=None, names=list(COLUMNS), dtype=types, index_col=False)
    return pd.read_csv(io.StringIO(text), dtype=types)


def predict_fn(passengers: pd.DataFrame, model: Model) -> np.ndarray:
    x = features.transform(passengers, model.preprocessor).to_numpy()
    return np.asarray(model.booster.predict(xgboost.DMatrix(x)), dtype=float)


def output_fn(probability: np.ndarray, accept: str) -> tuple[str, str]:
    # Six decimals: more would only differ between machines.
    return "".join(f"{value:.6f}\n" for value in probability), "text/csv"
