"""The pipeline of kitchenSink.ts, in Python."""

from sagemaker.estimator import Estimator
from sagemaker.image_uris import retrieve
from sagemaker.inputs import TrainingInput
from sagemaker.lambda_helper import Lambda
from sagemaker.model import Model
from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor
from sagemaker.transformer import Transformer
from sagemaker.workflow.callback_step import CallbackOutput, CallbackOutputTypeEnum, CallbackStep
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import (
    ConditionEquals,
    ConditionGreaterThan,
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
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.retry import (
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep, TransformStep

from oracle import ACCOUNT, BUCKET, CODE, REGION, ROLE, output, run_prefix, session


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
