"""GetApprovedModel: the newest approved version of a model package group.

Event: modelPackageGroup. Fails as NoApprovedModel when there is none.
"""

from __future__ import annotations

import re
from typing import Any


class NoApprovedModel(Exception):
    """What happened, and how to approve a model."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    import boto3  # Here, so that the tests need no AWS library.

    return newest_approved(event["modelPackageGroup"], boto3.client("sagemaker"))


def newest_approved(group: str, sagemaker: Any) -> dict[str, Any]:
    listed = sagemaker.list_model_packages(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
        MaxResults=1,
    )["ModelPackageSummaryList"]
    if not listed:
        raise NoApprovedModel(
            f"Model package group '{group}' has no approved version. Run the training flow, or approve a version by hand "
            f"(aws sagemaker update-model-package --model-approval-status Approved --model-package-arn …)."
        )
    arn = listed[0]["ModelPackageArn"]
    facts = sagemaker.describe_model_package(ModelPackageName=arn).get("CustomerMetadataProperties", {})
    bundle = facts.get("CodeBundleUri", "")
    # …/pipeline/code/<commit>/pipeline_code.tar.gz
    commit = re.search(r"/([^/]+)/[^/]+$", bundle)
    return {
        "modelPackageArn": arn,
        "version": listed[0]["ModelPackageVersion"],
        "codeBundleUri": bundle,
        "codeSha": commit.group(1) if commit else "",
    }
