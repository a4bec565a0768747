"""Writes the fixtures of this folder with the SageMaker Python SDK (v2), which is the oracle of src/sdk.

Each fixture holds the very document that `pipeline.definition()` returns, beside the versions and the date of writing.
The tests read the fixtures only; run this again (in an environment with `pip install 'sagemaker<3'`) to renew them:

    python generate.py

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
from sagemaker.estimator import Estimator
from sagemaker.image_uris import retrieve
from sagemaker.inputs import CreateModelInput, TrainingInput
from sagemaker.lambda_helper import Lambda
from sagemaker.model import Model
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor
from sagemaker.transformer import Transformer
from sagemaker.workflow.callback_step import CallbackOutput, CallbackOutputTypeEnum, CallbackStep
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import (
    ConditionEquals,
    ConditionGreaterThan,
    ConditionGreaterThanOrEqualTo,
    ConditionIn,
    ConditionLessThan,
    ConditionLessThanOrEqualTo,
    ConditionNot,
    ConditionOr,
)
from sagemaker.workflow.execution_variables import ExecutionVariables
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterBoolean, ParameterFloat, ParameterInteger, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import PipelineSession
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.retry import (
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep, TransformStep

HERE = pathlib.Path(__file__).parent
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


def titanic():
    """The pipeline of examples/01-titanic."""
    code_bundle = ParameterString(name="CodeBundleUri")
    input_train = ParameterString(name="InputTrainUri")
    input_validation = ParameterString(name="InputValidationUri")
    threshold = ParameterFloat(name="AccuracyThreshold", default_value=0.78)
    cache = CacheConfig(enable_caching=True, expire_after="P30D")
    xgboost = retrieve("xgboost", REGION, version="1.7-1")

    def code():
        return ProcessingInput(input_name="code", source=code_bundle, destination=CODE)

    preprocess = ProcessingStep(
        name="DataPreProcessing",
        description="Cleans the passengers' data and makes the features, learnt from the training rows only.",
        step_args=Processor(
            role=ROLE,
            image_uri=retrieve("sklearn", REGION, version="1.2-1", instance_type="ml.m5.large"),
            instance_count=1,
            instance_type="ml.m5.large",
            entrypoint=bundled("preprocess.py"),
            max_runtime_in_seconds=1800,
            sagemaker_session=session,
        ).run(
            inputs=[code()],
            outputs=[
                ProcessingOutput(
                    output_name=name,
                    source=f"/opt/ml/processing/output/{name}",
                    destination=run_prefix(f"preprocessing/{name}"),
                )
                for name in ("train", "validation", "preprocessor")
            ],
            arguments=[
                "--input-train-uri",
                input_train,
                "--input-validation-uri",
                input_validation,
                "--output-prefix",
                f"s3://{BUCKET}/pipeline/preprocessing",
                "--code-bundle-uri",
                code_bundle,
            ],
        ),
        cache_config=cache,
        retry_policies=retries(),
    )

    estimator = Estimator(
        image_uri=xgboost,
        role=ROLE,
        instance_count=1,
        instance_type="ml.m5.large",
        max_run=3600,
        output_path=run_prefix("training"),
        hyperparameters={
            "objective": "binary:logistic",
            "num_round": 200,
            "max_depth": 5,
            "eta": 0.2,
            "subsample": 0.8,
            "eval_metric": "logloss",
        },
        disable_profiler=True,
        debugger_hook_config=False,
        sagemaker_session=session,
    )
    train = TrainingStep(
        name="TrainModel",
        description="Gradient-boosted trees on the prepared features.",
        step_args=estimator.fit(
            {
                name: TrainingInput(s3_data=output(preprocess, name), content_type="text/csv")
                for name in ("train", "validation")
            }
        ),
        cache_config=cache,
        retry_policies=retries(),
    )

    report = PropertyFile(name="EvaluationReport", output_name="evaluation", path="evaluation.json")
    evaluate = ProcessingStep(
        name="ModelEvaluation",
        description="Scores the validation rows and writes evaluation.json.",
        step_args=Processor(
            role=ROLE,
            image_uri=xgboost,
            instance_count=1,
            instance_type="ml.m5.large",
            entrypoint=bundled("evaluate.py"),
            max_runtime_in_seconds=1800,
            sagemaker_session=session,
        ).run(
            inputs=[
                code(),
                ProcessingInput(
                    input_name="model",
                    source=train.properties.ModelArtifacts.S3ModelArtifacts,
                    destination="/opt/ml/processing/input/model",
                ),
                ProcessingInput(
                    input_name="validation",
                    source=output(preprocess, "validation"),
                    destination="/opt/ml/processing/input/validation",
                ),
            ],
            outputs=[
                ProcessingOutput(
                    output_name="evaluation",
                    source="/opt/ml/processing/output/evaluation",
                    destination=run_prefix("evaluation"),
                )
            ],
            arguments=["--accuracy-threshold", threshold.to_string()],
        ),
        property_files=[report],
        cache_config=cache,
        retry_policies=retries(),
    )

    register = ModelStep(
        name="Register",
        description="Puts the model into the registry, where a person approves it.",
        step_args=Model(
            image_uri=xgboost,
            model_data=train.properties.ModelArtifacts.S3ModelArtifacts,
            role=ROLE,
            sagemaker_session=session,
        ).register(
            content_types=["text/csv"],
            response_types=["text/csv"],
            inference_instances=["ml.m5.large", "ml.m5.xlarge"],
            transform_instances=["ml.m5.large", "ml.m5.xlarge"],
            model_package_group_name="titanic-survival-xgboost",
            approval_status="PendingManualApproval",
            description="Survival on the Titanic: XGBoost on the features of preprocess.py.",
            model_metrics=ModelMetrics(
                model_statistics=MetricsSource(
                    s3_uri=Join(on="/", values=[output(evaluate, "evaluation"), "evaluation.json"]),
                    content_type="application/json",
                )
            ),
            customer_metadata_properties={
                "PreprocessorUri": output(preprocess, "preprocessor"),
                "CodeBundleUri": code_bundle,
            },
        ),
        retry_policies=retries()[:1],
    )
    # A ModelStep is a collection that names its one step "<name>-RegisterModel"; AWS knows no such suffix.
    register.steps[-1].name = "RegisterModel"

    gate = ConditionStep(
        name="QualityGateAccuracy",
        description="Registers the model only if its accuracy on the validation rows reaches the threshold.",
        conditions=[
            ConditionGreaterThanOrEqualTo(
                left=JsonGet(
                    step_name=evaluate.name, property_file=report, json_path="metrics.accuracy"
                ),
                right=threshold,
            )
        ],
        if_steps=[register],
        else_steps=[],
    )
    return Pipeline(
        name="titanic-modelbuild-dev",
        parameters=[code_bundle, input_train, input_validation, threshold],
        pipeline_experiment_config=None,
        steps=[preprocess, train, evaluate, gate],
        sagemaker_session=session,
    )


def kitchen_sink():
    """Every step type, condition, function and option that src/sdk offers and the Titanic pipeline does not."""
    data = ParameterString(name="InputUri", default_value=f"s3://{BUCKET}/raw")
    flavour = ParameterString(name="Flavour", default_value="small", enum_values=["small", "large"])
    rounds = ParameterInteger(name="Rounds", default_value=50)
    ratio = ParameterFloat(name="Ratio", default_value=0.5)
    check = ParameterBoolean(name="Check", default_value=True)
    xgboost = retrieve("xgboost", REGION, version="1.7-1")

    announce = LambdaStep(
        name="Announce",
        display_name="Announce the run",
        lambda_func=Lambda(function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:announce", session=session),
        inputs={"execution": ExecutionVariables.PIPELINE_EXECUTION_ARN, "rounds": rounds, "kind": "start"},
        outputs=[
            LambdaOutput(output_name="ticket", output_type=LambdaOutputTypeEnum.String),
            LambdaOutput(output_name="count", output_type=LambdaOutputTypeEnum.Integer),
        ],
        cache_config=CacheConfig(enable_caching=True, expire_after="PT12H"),
    )
    review = CallbackStep(
        name="Review",
        sqs_queue_url=f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/review",
        inputs={"ticket": announce.properties.Outputs["ticket"]},
        outputs=[CallbackOutput(output_name="verdict", output_type=CallbackOutputTypeEnum.String)],
        depends_on=[announce],
    )
    prepare = ProcessingStep(
        name="Prepare",
        display_name="Prepare the data",
        depends_on=[announce],
        step_args=Processor(
            role=ROLE,
            image_uri="telar/node:24",
            instance_count=2,
            instance_type="ml.m5.xlarge",
            volume_size_in_gb=50,
            entrypoint=["node", "/opt/ml/processing/input/code/prepare.ts"],
            env={"LOG_LEVEL": "debug", "FLAVOUR": flavour},
            tags=[{"Key": "team", "Value": "data"}],
            sagemaker_session=session,
        ).run(
            inputs=[
                ProcessingInput(
                    input_name="code", source=f"s3://{BUCKET}/code/prepare.ts", destination=CODE
                ),
                ProcessingInput(
                    input_name="raw",
                    source=data,
                    destination="/opt/ml/processing/input/raw",
                    s3_data_distribution_type="ShardedByS3Key",
                ),
            ],
            outputs=[
                ProcessingOutput(
                    output_name="clean",
                    source="/opt/ml/processing/output/clean",
                    destination=Join(
                        on="/",
                        values=[f"s3://{BUCKET}", ExecutionVariables.START_DATETIME, "clean"],
                    ),
                    s3_upload_mode="Continuous",
                ),
                ProcessingOutput(
                    output_name="report",
                    source="/opt/ml/processing/output/report",
                    destination=run_prefix("report"),
                ),
            ],
            arguments=["--ratio", ratio.to_string()],
        ),
        property_files=[PropertyFile(name="Profile", output_name="report", path="profile.json")],
        retry_policies=[
            StepRetryPolicy(exception_types=[StepExceptionTypeEnum.THROTTLING], expire_after_mins=30)
        ],
    )
    estimator = Estimator(
        image_uri=xgboost,
        role=ROLE,
        instance_count=1,
        instance_type="ml.m5.2xlarge",
        volume_size=40,
        max_run=7200,
        max_wait=9000,
        use_spot_instances=True,
        checkpoint_s3_uri=f"s3://{BUCKET}/checkpoints",
        output_path=f"s3://{BUCKET}/models",
        hyperparameters={"num_round": rounds, "verbosity": 1},
        metric_definitions=[{"Name": "validation:mae", "Regex": ".*validation-mae:([0-9.]+).*"}],
        environment={"SEED": "7"},
        enable_network_isolation=True,
        tags=[{"Key": "team", "Value": "data"}],
        disable_profiler=True,
        debugger_hook_config=False,
        sagemaker_session=session,
    )
    train = TrainingStep(
        name="Train",
        step_args=estimator.fit(
            {
                "train": TrainingInput(
                    s3_data=output(prepare, "clean"),
                    content_type="text/libsvm",
                    distribution="ShardedByS3Key",
                    input_mode="Pipe",
                    compression="Gzip",
                ),
            }
        ),
    )
    model = ModelStep(
        name="Abalone",
        step_args=Model(
            image_uri=xgboost,
            model_data=train.properties.ModelArtifacts.S3ModelArtifacts,
            role=ROLE,
            env={"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"},
            enable_network_isolation=True,
            sagemaker_session=session,
        ).create(instance_type="ml.m5.large"),
    )
    transform = TransformStep(
        name="Predict",
        step_args=Transformer(
            model_name=model.properties.ModelName,
            instance_count=1,
            instance_type="ml.m5.large",
            output_path=f"s3://{BUCKET}/predictions",
            accept="text/csv",
            assemble_with="Line",
            strategy="MultiRecord",
            max_payload=6,
            max_concurrent_transforms=2,
            env={
                "MODE": "batch",
                "MAE": train.properties.FinalMetricDataList["validation:mae"].Value.to_string(),
            },
            sagemaker_session=session,
        ).transform(
            data=output(prepare, "clean"),
            content_type="text/csv",
            split_type="Line",
            input_filter="$[1:]",
            output_filter="$[0,-1]",
            join_source="Input",
        ),
        cache_config=CacheConfig(enable_caching=True, expire_after="P7D"),
        retry_policies=[
            SageMakerJobStepRetryPolicy(
                failure_reason_types=[SageMakerJobExceptionTypeEnum.CAPACITY_ERROR], max_attempts=2
            )
        ],
    )
    profile = lambda path: JsonGet(step_name="Prepare", property_file="Profile", json_path=path)  # noqa: E731
    stop = FailStep(
        name="Refuse",
        display_name="Refuse the data",
        error_message=Join(on=" ", values=["Refused in", ExecutionVariables.PIPELINE_NAME, "at", ratio]),
    )
    reviewed = ConditionStep(
        name="Reviewed",
        conditions=[
            ConditionEquals(left=review.properties.Outputs["verdict"], right="good"),
            ConditionLessThan(left=ratio, right=0.9),
        ],
        if_steps=[],
        else_steps=[FailStep(name="Unreviewed", error_message="Nobody approved the data.")],
    )
    gate = ConditionStep(
        name="DataIsGood",
        display_name="Is the data good?",
        depends_on=[review],
        conditions=[
            ConditionOr(
                conditions=[
                    ConditionGreaterThan(left=profile("rows"), right=rounds),
                    ConditionNot(expression=ConditionLessThanOrEqualTo(left=profile("nulls[0]"), right=ratio)),
                    ConditionEquals(left=check, right=False),
                ]
            ),
            ConditionIn(value=flavour, in_values=["small", "large", announce.properties.Outputs["ticket"]]),
            ConditionNot(
                expression=ConditionEquals(left=ExecutionVariables.PIPELINE_NAME, right="forbidden")
            ),
        ],
        if_steps=[train, model, transform],
        else_steps=[stop],
    )
    return Pipeline(
        name="kitchen-sink",
        parameters=[data, flavour, rounds, ratio, check],
        steps=[announce, review, prepare, gate, reviewed],
        sagemaker_session=session,
    )


def write(name, pipeline):
    fixture = {
        "writtenBy": {
            "sagemaker": sagemaker.__version__,
            "boto3": boto3.__version__,
            "botocore": botocore.__version__,
            "python": platform.python_version(),
            "date": datetime.date.today().isoformat(),
        },
        "account": ACCOUNT,
        "region": REGION,
        "definition": json.loads(pipeline.definition()),
    }
    (HERE / f"{name}.json").write_text(json.dumps(fixture, indent=2) + "\n")
    print(f"wrote {name}.json", file=sys.stderr)


write("titanic", titanic())
write("kitchen-sink", kitchen_sink())
