"""The regression pipeline of v2_pipeline.py, as version 3 of the SDK writes it."""

import boto3
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session, get_execution_role
from sagemaker.core.model_metrics import MetricsSource, ModelMetrics
from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow.conditions import ConditionLessThanOrEqualTo
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterString
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.model_step import ModelStep
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.steps import CacheConfig, ProcessingStep, TrainingStep
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig

from shellfish import write_table

GROUP = "shellfish-rings-v3"

session = PipelineSession()
role = get_execution_role()
region = session.boto_region_name
bucket = session.default_bucket()

table = write_table("shellfish.csv", rows=600)
input_data = Session().upload_data(table, bucket=bucket, key_prefix="shellfish-v3/input")

input_uri = ParameterString(name="InputDataUrl", default_value=input_data)
approval = ParameterString(name="ModelApprovalStatus", default_value="PendingManualApproval")
mse_threshold = ParameterFloat(name="MseThreshold", default_value=8.0)
cache = CacheConfig(enable_caching=True, expire_after="P30D")


def taken(name, uri, folder):
    return ProcessingInput(
        input_name=name,
        s3_input=ProcessingS3Input(s3_uri=uri, local_path=folder, s3_data_type="S3Prefix", s3_input_mode="File"),
    )


def given(name):
    return ProcessingOutput(
        output_name=name,
        s3_output=ProcessingS3Output(
            s3_uri=Join(on="/", values=["s3:/", bucket, "shellfish-v3", ExecutionVariables.PIPELINE_EXECUTION_ID, name]),
            local_path=f"/opt/ml/processing/{name}",
            s3_upload_mode="EndOfJob",
        ),
    )


sklearn = ScriptProcessor(
    image_uri=image_uris.retrieve("sklearn", region, version="1.2-1", py_version="py3", instance_type="ml.m5.xlarge"),
    command=["python3"],
    instance_type="ml.m5.xlarge",
    instance_count=1,
    base_job_name="shellfish-prepare",
    role=role,
    sagemaker_session=session,
)
prepare = ProcessingStep(
    name="Prepare",
    step_args=sklearn.run(
        code="code/preprocess.py",
        inputs=[taken("input", input_uri, "/opt/ml/processing/input")],
        outputs=[given("train"), given("validation"), given("test")],
        arguments=["--train-share", "0.7"],
    ),
    cache_config=cache,
)
prepared = prepare.properties.ProcessingOutputConfig.Outputs

image = image_uris.retrieve("xgboost", region, version="1.7-1", py_version="py3", instance_type="ml.m5.xlarge")
trainer = ModelTrainer(
    training_image=image,
    compute=Compute(instance_type="ml.m5.xlarge", instance_count=1),
    base_job_name="shellfish-train",
    output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/shellfish-v3/models"),
    hyperparameters={"objective": "reg:squarederror", "num_round": 30, "max_depth": 4, "eta": 0.2, "subsample": 0.8},
    role=role,
    sagemaker_session=session,
)
train = TrainingStep(
    name="Train",
    step_args=trainer.train(
        input_data_config=[
            InputData(channel_name="train", data_source=prepared["train"].S3Output.S3Uri, content_type="text/csv"),
            InputData(
                channel_name="validation", data_source=prepared["validation"].S3Output.S3Uri, content_type="text/csv"
            ),
        ]
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
            taken("model", train.properties.ModelArtifacts.S3ModelArtifacts, "/opt/ml/processing/model"),
            taken("test", prepared["test"].S3Output.S3Uri, "/opt/ml/processing/test"),
        ],
        outputs=[given("evaluation")],
    ),
    property_files=[report],
    cache_config=cache,
)

evaluation_uri = Join(
    on="/",
    values=[evaluate.properties.ProcessingOutputConfig.Outputs["evaluation"].S3Output.S3Uri, "evaluation.json"],
)
builder = ModelBuilder(
    s3_model_data_url=train.properties.ModelArtifacts.S3ModelArtifacts,
    image_uri=image,
    role_arn=role,
    sagemaker_session=session,
)
register = ModelStep(
    name="Register",
    step_args=builder.register(
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.t2.medium", "ml.m5.xlarge"],
        transform_instances=["ml.m5.xlarge"],
        model_package_group_name=GROUP,
        approval_status=approval,
        model_metrics=ModelMetrics(model_statistics=MetricsSource(s3_uri=evaluation_uri, content_type="application/json")),
    ),
)
refuse = FailStep(name="Refuse", error_message=Join(on=" ", values=["The model's error is above", mse_threshold]))
gate = ConditionStep(
    name="Gate",
    conditions=[
        ConditionLessThanOrEqualTo(
            left=JsonGet(step_name=evaluate.name, property_file=report, json_path="regression_metrics.mse.value"),
            right=mse_threshold,
        )
    ],
    if_steps=[register],
    else_steps=[refuse],
)

pipeline = Pipeline(
    name="ShellfishPipelineV3",
    parameters=[input_uri, approval, mse_threshold],
    steps=[prepare, train, evaluate, gate],
    sagemaker_session=session,
)
pipeline.upsert(role_arn=role)
print("upserted", pipeline.upsert(role_arn=role)["PipelineArn"])
print("described", pipeline.describe()["PipelineStatus"])

execution = pipeline.start(parameters={"MseThreshold": 8.5})
execution.wait(delay=1, max_attempts=120)
print("first", execution.describe()["PipelineExecutionStatus"])
for step in reversed(execution.list_steps()):
    print("step", step["StepName"], step["StepStatus"])

strict = pipeline.start(parameters={"MseThreshold": 0.001})
try:
    strict.wait(delay=1, max_attempts=120)
except Exception as problem:
    print("strict", type(problem).__name__)
print("strict", strict.describe()["PipelineExecutionStatus"])

client = boto3.client("sagemaker")
packages = client.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
package = client.describe_model_package(ModelPackageName=packages[0]["ModelPackageArn"])
print("package", package["ModelPackageVersion"], package["ModelApprovalStatus"])
print("deleted", pipeline.delete()["PipelineArn"].split("/")[-1])
