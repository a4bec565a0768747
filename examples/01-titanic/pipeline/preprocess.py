"""DataPreProcessing: from curated passengers to numeric CSV files for XGBoost.

Reads two labelled CSV files, learns from the training file only (see features.py), and writes
    /opt/ml/processing/output/train/train.csv                 label first, no header, numbers only
    /opt/ml/processing/output/validation/validation.csv       the same
    /opt/ml/processing/output/preprocessor/preprocessor.json  all that was learned, for inference
SageMaker uploads these folders when the script exits 0. The same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import io
import logging
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlparse

import pandas as pd

import features
import job

log = logging.getLogger("preprocess")


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    log.info("Code bundle: %s", args.code_bundle_uri)
    train = read(args.input_train_uri)
    validation = read(args.input_validation_uri)

    preprocessor = features.fit(train)
    x_train = features.transform_training(train, preprocessor)
    x_validation = features.transform(validation, preprocessor)

    output = args.output_dir
    write(x_train, train, output / "train" / "train.csv")
    write(x_validation, validation, output / "validation" / "validation.csv")
    provenance = {
        "code_bundle_uri": args.code_bundle_uri,
        "input_train_uri": args.input_train_uri,
        "input_validation_uri": args.input_validation_uri,
        "output_prefix": args.output_prefix,
        "training_rows": len(train),
        "validation_rows": len(validation),
    }
    path = output / "preprocessor" / "preprocessor.json"
    features.save(preprocessor, path, provenance)
    log.info(
        "Learned from %d training rows: companions under %d tickets and %d families. Wrote %s",
        len(train),
        len(preprocessor.ticket.count),
        len(preprocessor.family.count),
        path,
    )
    log.info("Done. SageMaker uploads the outputs under %s", args.output_prefix)


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make numeric training and validation files from passengers.")
    parser.add_argument("--input-train-uri", required=True, help="labelled CSV: s3://bucket/key, or a local path")
    parser.add_argument("--input-validation-uri", required=True, help="labelled CSV: s3://bucket/key, or a local path")
    parser.add_argument("--output-prefix", required=True, help="where SageMaker uploads the outputs; recorded")
    parser.add_argument("--code-bundle-uri", required=True, help="the archive this script came from; recorded")
    parser.add_argument(
        "--output-dir",
        type=Path,
        default=job.ml_root() / "processing" / "output",
        help="folder to write into (default: %(default)s)",
    )
    return parser.parse_args(argv)


def read(uri: str) -> pd.DataFrame:
    """Read and check one labelled file. Every failure names the file and what to do."""
    body = read_s3(uri) if uri.startswith("s3://") else read_local(uri)
    try:
        frame = features.read_passengers(io.BytesIO(body))
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise job.JobError(f"{uri} cannot be read as CSV: {error}. Upload a CSV file with a header line.") from error
    missing = features.missing_columns(frame, labelled=True)
    if missing:
        raise job.JobError(
            f"{uri} lacks the columns {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}. "
            "Upload the curated file with its header line."
        )
    if frame.empty:
        raise job.JobError(f"{uri} has a header line but no rows. Upload the curated file.")
    try:
        rate = features.labels(frame).mean()
    except ValueError as error:
        raise job.JobError(f"{uri}: {error}. Correct these rows, or leave them out.") from error
    log.info("Read %s: %d rows, %.1f%% of them survived", uri, len(frame), 100 * rate)
    return frame


def read_local(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise job.JobError(
            f"{path} cannot be read: {error.strerror}. Give an s3:// URI or an existing file."
        ) from error


def read_s3(uri: str) -> bytes:
    """Read one object with the job's own role; endpoint, region and keys come from the environment."""
    import boto3  # Not needed for local files.
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, key = split_s3(uri)
    try:
        return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        advice = {
            "NoSuchKey": "Upload the object, or correct the pipeline parameter.",
            "NoSuchBucket": "Create the bucket, or correct the pipeline parameter.",
            "AccessDenied": f"Allow s3:GetObject on arn:aws:s3:::{bucket}/{key} in the policy of the job's role.",
        }.get(code, "See the S3 error above.")
        raise job.JobError(f"{uri} cannot be read: {error}. {advice}") from error
    except BotoCoreError as error:
        raise job.JobError(f"{uri} cannot be read: {error}. Check the S3 endpoint, region and credentials.") from error


def split_s3(uri: str) -> tuple[str, str]:
    parts = urlparse(uri, allow_fragments=False)
    bucket, key = parts.netloc, uri[len(f"s3://{parts.netloc}/") :]
    if not bucket or not key:
        raise job.JobError(f"{uri} is not an object's URI. Write s3://bucket/key.")
    return bucket, key


def write(x: pd.DataFrame, labelled: pd.DataFrame, path: Path) -> None:
    """Write the label and then the features, without header: what the built-in XGBoost reads."""
    table = x.copy()
    table.insert(0, features.LABEL, features.labels(labelled))
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, header=False, index=False, float_format="%.10g", lineterminator="\n")
    log.info("Wrote %s: %d rows, label and %d features (%s)", path, len(x), x.shape[1], ", ".join(x.columns))


if __name__ == "__main__":
    job.run(main)
