"""WriteManifest: what a batch inference was made of and what came of it, beside its predictions.

Event: curatedUri, predictionsUri, model (what GetApprovedModel answered), modelName, executionArn. Fails as RowsMissing when the
predictions are not as many as the passengers that were cleaned for them: then there is no manifest, and the run has failed.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import store

SHOWN = 5


class RowsMissing(Exception):
    """The predictions are not those of the passengers."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    import boto3  # Here, so that the tests need no AWS library.

    return write_manifest(event, boto3.client("s3"))


def write_manifest(event: dict[str, Any], s3: Any) -> dict[str, Any]:
    cleaning = store.read_json(s3, f"{event['curatedUri']}/cleaning.json")
    predictions = f"{event['predictionsUri']}/passengers.csv.out"
    rows = [
        {"PassengerId": identity, "probability": float(probability)}
        for identity, probability in csv.reader(io.StringIO(store.read_text(s3, predictions)))
    ]
    kept = cleaning["rows"]["kept"]
    if len(rows) != kept:
        raise RowsMissing(f"{predictions} has {len(rows)} rows, and {kept} passengers were to be predicted.")
    manifest = {
        "run_date": cleaning["run_date"],
        "run_id": cleaning["run_id"],
        "execution_arn": event["executionArn"],
        "model_package_arn": event["model"]["modelPackageArn"],
        "model_package_version": event["model"]["version"],
        "model_name": event["modelName"],
        "code_bundle_uri": event["model"]["codeBundleUri"],
        "code_sha": event["model"]["codeSha"],
        "inputs": cleaning["inputs"],
        "rows": {**cleaning["rows"], "predicted": len(rows)},
        "predicted_to_survive": sum(row["probability"] > 0.5 for row in rows),
        "predictions_uri": predictions,
    }
    uri = f"{event['predictionsUri']}/manifest.json"
    store.write_json(s3, uri, manifest)
    return {"manifestUri": uri, "rows": len(rows), "first": rows[:SHOWN]}
