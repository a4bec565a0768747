"""A ridge regression in script mode, with a helper module beside it and what the toolkit tells in the environment."""

import argparse
import json
import os
from pathlib import Path

import joblib
import pandas as pd
from sklearn.linear_model import Ridge

from columns import split

parser = argparse.ArgumentParser()
parser.add_argument("--alpha", type=float, default=1.0)
parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
parser.add_argument("--output-data-dir", default=os.environ["SM_OUTPUT_DATA_DIR"])
options, _ = parser.parse_known_args()

features, rings = split(pd.concat(map(pd.read_csv, sorted(Path(options.train).glob("*.csv")))))
model = Ridge(alpha=options.alpha).fit(features, rings)
print(f"training r2: {model.score(features, rings):.4f};")
joblib.dump(model, Path(options.model_dir) / "model.joblib")
Path(options.output_data_dir, "settings.json").write_text(
    json.dumps({"alpha": options.alpha, "hosts": json.loads(os.environ["SM_HOSTS"]), "job": os.environ["TRAINING_JOB_NAME"]})
)


def model_fn(folder):
    return joblib.load(Path(folder) / "model.joblib")
