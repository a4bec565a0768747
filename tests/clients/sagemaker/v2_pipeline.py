"""A regression pipeline from beginning to end: prepare, train, evaluate, and register behind a gate; then approve the model."""

import time

import boto3
import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.processing import ProcessingInput, ProcessingOutput, ScriptProcessor
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.workflow.execution_variables import ExecutionVariables
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.retry import (
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.workflow.selective_execution_config import SelectiveExecutionConfig
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep

from shellfish import write_table

GROUP = "shellfish-rings"

session = PipelineSession()
role = sagemaker.get_execution_role()
region = session.boto_region_name
bucket = session.default_bucket()

table = write_table("shellfish.csv", rows=600)
input_data = session.upload_data(table, bucket=bucket, key_prefix="shellfish/input")

input_uri = ParameterString(name="InputDataUrl", default_value=input_data)
instance_count = ParameterInteger(name="ProcessingInstanceCount", default_value=1)
approval = ParameterString(name="ModelApprovalStatus", default_value="PendingManualApproval")
mse_threshold = ParameterFloat(name="MseThreshold", default_value=8.0)

cache = CacheConfig(enable_caching=True, expire_after="P30D")
retries = [
    StepRetryPolicy(exception_types=[StepExceptionTypeEnum.SERVICE_FAULT], max_attempts=3),
    SageMakerJobStepRetryPolicy(exception_types=[SageMakerJobExceptionTypeEnum.INTERNAL_ERROR], max_attempts=2),
]

sklearn = SKLearnProcessor(
    framework_version="1.2-1",
    instance_type="ml.m5.xlarge",
    instance_count=instance_count,
    base_job_name="shellfish-prepare",
    role=role,
    sagemaker_session=session,
)
prepare = ProcessingStep(
    name="Prepare",
    step_args=sklearn.run(
        code="code/preprocess.py",
        inputs=[ProcessingInput(source=input_uri, destination="/opt/ml/processing/input")],
        outputs=[
            ProcessingOutput(output_name="train", source="/opt/ml/processing/train"),
            ProcessingOutput(output_name="validation", source="/opt/ml/processing/validation"),
            ProcessingOutput(output_name="test", source="/opt/ml/processing/test"),
        ],
        arguments=["--train-share", "0.7"],
    ),
    cache_config=cache,
    retry_policies=retries,
)
prepared = prepare.properties.ProcessingOutputConfig.Outputs

image = sagemaker.image_uris.retrieve(framework="xgboost", region=region, version="1.7-1", py_version="py3")
xgboost = Estimator(
    image_uri=image,
    instance_type="ml.m5.xlarge",
    instance_count=1,
    output_path=f"s3://{bucket}/shellfish/models",
    role=role,
    sagemaker_session=session,
)
xgboost.set_hyperparameters(objective="reg:squarederror", num_round=30, max_depth=4, eta=0.2, subsample=0.8)
train = TrainingStep(
    name="Train",
    step_args=xgboost.fit(
        {
            "train": TrainingInput(prepared["train"].S3Output.S3Uri, content_type="text/csv"),
            "validation": TrainingInput(prepared["validation"].S3Output.S3Uri, content_type="text/csv"),
        }
    ),
    cache_config=cache,
)

report = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
evaluator = ScriptProcessor(
    image_uri=image,
    command=["python3"],
    instance_type="ml.m5.xlarge",
    instance_count=1,
    base_job_name="shellfish-evaluate",
    role=role,
    sagemaker_session=session,
)
evaluate = ProcessingStep(
    name="Evaluate",
    step_args=evaluator.run(
        code="code/evaluate.py",
        inputs=[
            ProcessingInput(source=train.properties.ModelArtifacts.S3ModelArtifacts, destination="/opt/ml/processing/model"),
            ProcessingInput(source=prepared["test"].S3Output.S3Uri, destination="/opt/ml/processing/test"),
        ],
        outputs=[
            ProcessingOutput(
                output_name="evaluation",
                source="/opt/ml/processing/evaluation",
                destination=Join(
                    on="/", values=["s3:/", bucket, "shellfish/evaluations", ExecutionVariables.PIPELINE_EXECUTION_ID]
                ),
            )
        ],
    ),
    property_files=[report],
    cache_config=cache,
)

evaluation_uri = Join(
    on="/",
    values=[evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri, "evaluation.json"],
)
model = Model(
    image_uri=image,
    model_data=train.properties.ModelArtifacts.S3ModelArtifacts,
    role=role,
    sagemaker_session=session,
)
register = ModelStep(
    name="Register",
    step_args=model.register(
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.t2.medium", "ml.m5.xlarge"],
        transform_instances=["ml.m5.xlarge"],
        model_package_group_name=GROUP,
        approval_status=approval,
        model_metrics=ModelMetrics(
            model_statistics=MetricsSource(s3_uri=evaluation_uri, content_type="application/json")
        ),
    ),
)
refuse = FailStep(
    name="Refuse", error_message=Join(on=" ", values=["The model's error is above", mse_threshold])
)
mse = JsonGet(step_name=evaluate.name, property_file=report, json_path="regression_metrics.mse.value")
gate = ConditionStep(
    name="Gate",
    conditions=[ConditionLessThanOrEqualTo(left=mse, right=mse_threshold)],
    if_steps=[register],
    else_steps=[refuse],
)

pipeline = Pipeline(
    name="ShellfishPipeline",
    parameters=[input_uri, instance_count, approval, mse_threshold],
    steps=[prepare, train, evaluate, gate],
    sagemaker_session=session,
)
pipeline.create(role_arn=role, description="Rings of shellfish", tags=[{"Key": "team", "Value": "sea"}])
pipeline.update(role_arn=role, description="Rings of shellfish, once more")
print("upserted", pipeline.upsert(role_arn=role)["PipelineArn"])
print("described", pipeline.describe()["PipelineStatus"])

execution = pipeline.start(parameters={"MseThreshold": 8.5}, execution_display_name="first")
execution.wait(delay=1, max_attempts=120)
print("first", execution.describe()["PipelineExecutionStatus"])
for step in reversed(execution.list_steps()):
    print("step", step["StepName"], step["StepStatus"])
print("parameters", sorted((p["Name"], p["Value"]) for p in execution.list_parameters()["PipelineParameters"] if "Mse" in p["Name"]))
print("named", execution.describe()["PipelineExecutionDisplayName"])

# The same again: what was computed is reused.
again = pipeline.start()
again.wait(delay=1, max_attempts=120)
print("hits", sorted(s["StepName"] for s in again.list_steps() if "CacheHitResult" in s))

# One step alone, on what the first execution has made before it.
selected = pipeline.start(
    selective_execution_config=SelectiveExecutionConfig(
        source_pipeline_execution_arn=execution.arn, selected_steps=["Evaluate"]
    )
)
selected.wait(delay=1, max_attempts=120)
print("selected", selected.describe()["PipelineExecutionStatus"])
print("taken over", sorted(s["StepName"] for s in selected.list_steps() if "SelectiveExecutionResult" in s))

# A gate that no model passes.
strict = pipeline.start(parameters={"MseThreshold": 0.001})
try:
    strict.wait(delay=1, max_attempts=120)
except Exception as problem:
    print("strict", type(problem).__name__)
print("strict", strict.describe()["PipelineExecutionStatus"])
print("reason", next(s["FailureReason"] for s in strict.list_steps() if s["StepName"] == "Refuse"))

# An execution that is stopped on its way, with input of its own so that nothing comes from the cache.
other_data = session.upload_data(table, bucket=bucket, key_prefix="shellfish/other")
stopped = pipeline.start(parameters={"InputDataUrl": other_data})
stopped.stop()
while stopped.describe()["PipelineExecutionStatus"] in ("Executing", "Stopping"):
    time.sleep(0.2)
print("stopped", stopped.describe()["PipelineExecutionStatus"])

executions = pipeline.list_executions(sort_by="CreationTime", sort_order="Descending", max_results=10)
print("executions", [e["PipelineExecutionStatus"] for e in executions["PipelineExecutionSummaries"]])

# The registry, as the person sees it who approves.
client = boto3.client("sagemaker")
packages = client.list_model_packages(ModelPackageGroupName=GROUP, SortBy="CreationTime")["ModelPackageSummaryList"]
package = client.describe_model_package(ModelPackageName=packages[0]["ModelPackageArn"])
print("package", package["ModelPackageVersion"], package["ModelApprovalStatus"])
print("metrics", package["ModelMetrics"]["ModelQuality"]["Statistics"]["ContentType"])
session.sagemaker_client.update_model_package(
    ModelPackageArn=package["ModelPackageArn"], ModelApprovalStatus="Approved", ApprovalDescription="as good as it gets"
)
approved = client.list_model_packages(ModelPackageGroupName=GROUP, ModelApprovalStatus="Approved")
print("approved", len(approved["ModelPackageSummaryList"]))

print("deleted", pipeline.delete()["PipelineArn"].split("/")[-1])
