"""Writes the fixtures of this folder with the SageMaker Python SDK (v2), which is the oracle of src/sdk.

Each fixture holds the very document that `pipeline.definition()` returns, beside the versions and the date of writing.
The tests read the fixtures only; run this again (in an environment with `pip install 'sagemaker<3'`) to renew them:

    python generate.py [fixture ...]

No AWS account is contacted: the session has a made-up region and keys, and nothing here uploads.
"""

import datetime
import json
import pathlib
import platform
import sys

import boto3
import botocore
import sagemaker
from sagemaker.image_uris import retrieve

from kitchen_sink import kitchen_sink
from oracle import ACCOUNT, REGION
from step_types import step_types
from titanic import titanic

HERE = pathlib.Path(__file__).parent


def written_by():
    return {
        "sagemaker": sagemaker.__version__,
        "boto3": boto3.__version__,
        "botocore": botocore.__version__,
        "python": platform.python_version(),
        "date": datetime.date.today().isoformat(),
    }


def write(name, contents):
    (HERE / f"{name}.json").write_text(json.dumps({"writtenBy": written_by(), **contents}, indent=2) + "\n")
    print(f"wrote {name}.json", file=sys.stderr)


def document(pipeline):
    return {"account": ACCOUNT, "region": REGION, "definition": json.loads(pipeline.definition())}


def image_uris():
    """Every image that src/sdk names, in every region of the `aws` partition."""
    sklearn = ["0.20.0", "0.23-1", "1.0-1", "1.2-1", "1.4-2"]
    xgboost = ["1.2-1", "1.2-2", "1.3-1", "1.5-1", "1.7-1", "3.0-5"]
    config = pathlib.Path(sagemaker.__file__).parent / "image_uri_config" / "sklearn.json"
    regions = json.loads(config.read_text())["training"]["versions"]["1.2-1"]["registries"]

    def uris(framework, versions, region):
        scope = {"image_scope": "training", "instance_type": "ml.m5.large"}
        return {version: retrieve(framework, region, version=version, **scope) for version in versions}

    return {
        "uris": {
            region: {
                "scikitLearn": uris("sklearn", sklearn, region),
                "xgboost": uris("xgboost", xgboost, region),
            }
            for region in sorted(regions)
            if not region.startswith(("cn-", "us-gov-", "us-iso"))
        }
    }


FIXTURES = {
    "titanic": lambda: document(titanic()),
    "kitchen-sink": lambda: document(kitchen_sink()),
    "images": image_uris,
    "step-types": lambda: {"definitions": step_types()},
}

for name in sys.argv[1:] or FIXTURES:
    write(name, FIXTURES[name]())
