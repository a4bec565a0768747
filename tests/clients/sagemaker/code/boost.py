"""XGBoost in script mode."""

import argparse
import os
from pathlib import Path

import pandas as pd
import xgboost

parser = argparse.ArgumentParser()
parser.add_argument("--num_round", type=int)
parser.add_argument("--max_depth", type=int)
options = parser.parse_args()

table = pd.read_csv(Path(os.environ["SM_CHANNEL_TRAIN"]) / "shellfish.csv").drop(columns="sex")
data = xgboost.DMatrix(table.drop(columns="rings"), label=table["rings"])
model = xgboost.train({"max_depth": options.max_depth}, data, options.num_round, evals=[(data, "train")])
model.save_model(Path(os.environ["SM_MODEL_DIR"]) / "xgboost-model")
