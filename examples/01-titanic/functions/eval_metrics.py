"""EvalMetricsLambda: what the pipeline's evaluation measured, whether a model was registered, and why it is not good enough.

Event: pipelineExecutionArn, accuracyThreshold, f1Threshold, runDate, runId, executionArn. The verdict is answered, and written
to reports/run_date=…/run_id=…/verdict.json. The training flow decides: this function only measures and gives the reasons.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlparse

import store

EVALUATION_STEP = "ModelEvaluation"
REGISTER_STEP = "RegisterModel"
OUTPUT = "evaluation"


class EvaluationMissing(Exception):
    """The execution has no evaluation that could be read."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    import boto3  # Here, so that the tests need no AWS library.

    return judge(event, boto3.client("sagemaker"), boto3.client("s3"))


def judge(event: dict[str, Any], sagemaker: Any, s3: Any) -> dict[str, Any]:
    execution = event["pipelineExecutionArn"]
    steps = steps_of(sagemaker, execution)
    evaluation = evaluation_uri(sagemaker, steps, execution)
    metrics = store.read_json(s3, evaluation)["metrics"]
    accuracy, f1 = float(metrics["accuracy"]), float(metrics["f1"])
    package = steps.get(REGISTER_STEP, {}).get("Metadata", {}).get("RegisterModel", {}).get("Arn", "")

    reasons = []
    if not package:
        reasons.append("the pipeline's gate refused the model: nothing was registered")
    for name, value, threshold in (
        ("accuracy", accuracy, event["accuracyThreshold"]),
        ("F1", f1, event["f1Threshold"]),
    ):
        if value < threshold:
            reasons.append(f"{name} {value:.6g} is below {threshold:g}")
    verdict = {
        "registered": bool(package),
        "modelPackageArn": package,
        "accuracy": accuracy,
        "f1": f1,
        "reasons": reasons,
    }
    bucket = urlparse(evaluation).netloc
    run = f"run_date={event['runDate']}/run_id={event['runId']}"
    more = {"pipelineExecutionArn": execution, "evaluationUri": evaluation, "executionArn": event["executionArn"]}
    store.write_json(s3, f"s3://{bucket}/reports/{run}/verdict.json", {**verdict, **more})
    return verdict


def steps_of(sagemaker: Any, execution: str) -> dict[str, Any]:
    steps: dict[str, Any] = {}
    more: dict[str, str] = {}
    while True:
        page = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution, **more)
        steps.update((step["StepName"], step) for step in page["PipelineExecutionSteps"])
        if not page.get("NextToken"):
            return steps
        more = {"NextToken": page["NextToken"]}


def evaluation_uri(sagemaker: Any, steps: dict[str, Any], execution: str) -> str:
    """Of the job that the step ran, or that of the execution it was taken from (a cache hit names that job)."""
    arn = steps.get(EVALUATION_STEP, {}).get("Metadata", {}).get("ProcessingJob", {}).get("Arn")
    if not arn:
        raise EvaluationMissing(f"{execution} has no step {EVALUATION_STEP} with a job. Has the pipeline been changed?")
    job = sagemaker.describe_processing_job(ProcessingJobName=arn.rsplit("/", 1)[1])
    for output in job["ProcessingOutputConfig"]["Outputs"]:
        if output["OutputName"] == OUTPUT:
            return f"{output['S3Output']['S3Uri'].rstrip('/')}/evaluation.json"
    raise EvaluationMissing(f"{arn} has no output '{OUTPUT}'. Has the pipeline been changed?")
