"""ModelEvaluation: measure the trained model on the validation rows, and report.

Reads  /opt/ml/processing/model/model.tar.gz   (its member `xgboost-model`)
       /opt/ml/processing/validation/*.csv     (label first, no header: what preprocess.py wrote)
Writes /opt/ml/processing/evaluation/evaluation.json

The script only reports, and exits 0 whatever the accuracy is: the pipeline's gate decides, on
`metrics.accuracy`. `passed` in the report repeats that comparison for its reader.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import math
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost

import job

log = logging.getLogger("evaluate")

MODEL_MEMBER = "xgboost-model"
MODEL_LIMIT_BYTES = 1 << 30
DECISION = 0.5  # A passenger is predicted to survive above this probability.


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    archive = args.model_dir / "model.tar.gz"
    model_bytes = read_model(archive)
    model = load_model(model_bytes, archive)
    label, x = read_rows(args.validation_dir)
    probability = predict(model, x)

    confusion = confusion_matrix(label, probability > DECISION)
    metrics = classification_metrics(confusion)
    metrics["roc_auc"] = roc_auc(label, probability)
    metrics["logloss"] = logloss(label, probability)
    report = {
        "metrics": metrics,
        "threshold": args.accuracy_threshold,
        "passed": metrics["accuracy"] >= args.accuracy_threshold,
        "confusion_matrix": confusion,
        "validation_rows": len(label),
        "model": {
            "sha256": hashlib.sha256(model_bytes).hexdigest(),
            "xgboost_version": xgboost.__version__,
            "features": model.num_features(),
            "boosted_rounds": model.num_boosted_rounds(),
        },
        "binary_classification_metrics": sagemaker_metrics(metrics, confusion, len(label)),
    }
    path = args.output_dir / "evaluation.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2, allow_nan=False) + "\n", encoding="utf-8")

    right = confusion["true_positive"] + confusion["true_negative"]
    log.info("%d of %d validation rows predicted correctly", right, len(label))
    for name, value in metrics.items():
        log.info("validation:%s=%s", name, "undefined" if value is None else f"{value:.6f}")
    verdict = "reaches" if report["passed"] else "does not reach"
    log.info("Accuracy %.6f %s the threshold %s. Wrote %s", metrics["accuracy"], verdict, args.accuracy_threshold, path)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure a trained XGBoost model on the validation rows.")
    root = job.ml_root() / "processing"
    parser.add_argument("--accuracy-threshold", type=share, required=True, help="the gate, from 0 to 1; reported")
    parser.add_argument("--model-dir", type=Path, default=root / "model", help="default: %(default)s")
    parser.add_argument("--validation-dir", type=Path, default=root / "validation", help="default: %(default)s")
    parser.add_argument("--output-dir", type=Path, default=root / "evaluation", help="default: %(default)s")
    return parser.parse_args(argv)


def share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:  # NaN is refused here too.
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def read_model(archive: Path) -> bytes:
    """The bytes of the archive's one model file. Nothing is unpacked to disk, no path is followed."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                if member.name in (MODEL_MEMBER, f"./{MODEL_MEMBER}") and member.isfile():
                    if member.size > MODEL_LIMIT_BYTES:
                        raise job.JobError(f"{MODEL_MEMBER} in {archive} has {member.size} bytes: more than 1 GiB.")
                    stream = tar.extractfile(member)
                    if stream is not None:
                        return stream.read()
    except FileNotFoundError as error:
        raise job.JobError(f"{archive} is not there. Give the training step's ModelArtifacts as an input.") from error
    except (tarfile.TarError, OSError, EOFError) as error:
        raise job.JobError(f"{archive} cannot be read: {error}. Train again: the archive is damaged.") from error
    raise job.JobError(f"{archive} has no file named {MODEL_MEMBER}. Was it made by the built-in XGBoost?")


def load_model(model_bytes: bytes, archive: Path) -> xgboost.Booster:
    """Load what Booster.save_model wrote. A pickle (XGBoost 1.2 and older) is refused: it could run code."""
    booster = xgboost.Booster()
    try:
        booster.load_model(bytearray(model_bytes))
    except (xgboost.core.XGBoostError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise job.JobError(
            f"{MODEL_MEMBER} in {archive} is not a model that XGBoost {xgboost.__version__} can load: {reason}. "
            "Evaluate with the image that trained it."
        ) from error
    return booster


def read_rows(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Labels and features of all CSV files in the folder, in the order of their names."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise job.JobError(f"{folder} holds no *.csv file. Give preprocessing's `validation` output as an input.")
    tables = []
    for file in files:
        try:
            table = pd.read_csv(file, header=None, dtype=np.float64)
        except (ValueError, OSError) as error:  # pandas raises its parser errors as ValueError.
            raise job.JobError(f"{file} is not a CSV file of numbers without header: {error}.") from error
        if tables and table.shape[1] != tables[0].shape[1]:
            raise job.JobError(f"{file} has {table.shape[1]} columns, {files[0]} has {tables[0].shape[1]}.")
        tables.append(table)
    rows = pd.concat(tables).to_numpy()
    label, x = rows[:, 0], rows[:, 1:]
    if not np.isin(label, (0, 1)).all():
        raise job.JobError(f"The first column of {folder}/*.csv must be the label, 0 or 1.")
    return label.astype(int), x


def predict(model: xgboost.Booster, x: np.ndarray) -> np.ndarray:
    if x.shape[1] != model.num_features():
        raise job.JobError(
            f"The validation rows have {x.shape[1]} features, the model was trained on {model.num_features()}. "
            "Train and evaluate on the outputs of one preprocessing run."
        )
    return np.asarray(model.predict(xgboost.DMatrix(x)), dtype=float)


def confusion_matrix(label: np.ndarray, predicted: np.ndarray) -> dict[str, int]:
    positive = label == 1
    return {
        "true_negative": int((~positive & ~predicted).sum()),
        "false_positive": int((~positive & predicted).sum()),
        "false_negative": int((positive & ~predicted).sum()),
        "true_positive": int((positive & predicted).sum()),
    }


def classification_metrics(confusion: dict[str, int]) -> dict[str, float | None]:
    """Accuracy, and precision, recall and F1 of "survived". A ratio over nothing is 0, as in scikit-learn."""
    tp, tn = confusion["true_positive"], confusion["true_negative"]
    fp, fn = confusion["false_positive"], confusion["false_negative"]
    return {
        "accuracy": ratio(tp + tn, tp + tn + fp + fn),
        "precision": ratio(tp, tp + fp),
        "recall": ratio(tp, tp + fn),
        "f1": ratio(2 * tp, 2 * tp + fp + fn),
    }


def ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def roc_auc(label: np.ndarray, probability: np.ndarray) -> float | None:
    """The share of (survivor, victim) pairs ranked rightly, ties counting half; None without such pairs."""
    positives = int(label.sum())
    negatives = len(label) - positives
    if not positives or not negatives:
        return None
    rank = pd.Series(probability).rank().to_numpy()
    return float((rank[label == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def logloss(label: np.ndarray, probability: np.ndarray) -> float:
    likelihood = np.clip(np.where(label == 1, probability, 1 - probability), 1e-7, 1)
    return float(-np.log(likelihood).mean())


def sagemaker_metrics(metrics: dict[str, float | None], confusion: dict[str, int], rows: int) -> dict[str, object]:
    """The same figures in the form of SageMaker's model quality metrics.

    The accuracy's standard deviation is the binomial one over these rows; the others are "NaN",
    SageMaker's word for not computed.
    """
    accuracy = metrics["accuracy"] or 0.0
    deviation: dict[str, object] = {"accuracy": math.sqrt(accuracy * (1 - accuracy) / rows)}
    names = {"accuracy": "accuracy", "precision": "precision", "recall": "recall", "f1": "f1", "auc": "roc_auc"}
    values: dict[str, object] = {
        name: {"value": metrics[ours], "standard_deviation": deviation.get(name, "NaN")}
        for name, ours in names.items()
        if metrics[ours] is not None
    }
    values["confusion_matrix"] = {
        "0": {"0": confusion["true_negative"], "1": confusion["false_positive"]},
        "1": {"0": confusion["false_negative"], "1": confusion["true_positive"]},
    }
    return values


if __name__ == "__main__":
    job.run(main)
