"""What both pipelines share: a session that contacts nobody, and the names of things."""

import boto3
from sagemaker.workflow.execution_variables import ExecutionVariables
from sagemaker.workflow.functions import Join
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.retry import (
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)

REGION = "eu-west-1"
ACCOUNT = "123456789012"
BUCKET = "titanic-mlops-data"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/titanic-pipeline-role"

session = PipelineSession(
    boto_session=boto3.Session(
        region_name=REGION, aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="not-used"
    ),
    default_bucket=BUCKET,
    sagemaker_config={
        "SchemaVersion": "1.0",
        "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
    },
)

CODE = "/opt/ml/processing/input/code"


def bundled(script):
    """The entrypoint of a script inside the code bundle (bundledScript in src/sdk)."""
    return [
        "/bin/sh",
        "-c",
        f'tar -xzf {CODE}/pipeline_code.tar.gz -C {CODE} && exec python3 {CODE}/{script} "$0" "$@"',
    ]


def run_prefix(name):
    return Join(
        on="/", values=[f"s3://{BUCKET}/pipeline/runs", ExecutionVariables.PIPELINE_EXECUTION_ID, name]
    )


def output(step, name):
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


def retries():
    return [
        StepRetryPolicy(
            exception_types=[StepExceptionTypeEnum.SERVICE_FAULT, StepExceptionTypeEnum.THROTTLING],
            interval_seconds=5,
            backoff_rate=2.0,
            max_attempts=5,
        ),
        SageMakerJobStepRetryPolicy(
            exception_types=[SageMakerJobExceptionTypeEnum.RESOURCE_LIMIT],
            failure_reason_types=[
                SageMakerJobExceptionTypeEnum.INTERNAL_ERROR,
                SageMakerJobExceptionTypeEnum.CAPACITY_ERROR,
            ],
            interval_seconds=30,
            backoff_rate=2.0,
            max_attempts=3,
        ),
    ]
