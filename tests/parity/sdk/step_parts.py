"""What the pipelines of step_types.py are made of. Nothing is uploaded: what the SDK would put into S3 goes nowhere."""

from unittest.mock import MagicMock

from sagemaker.estimator import Estimator
from sagemaker.image_uris import retrieve
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor
from sagemaker.transformer import Transformer
from sagemaker.workflow.execution_variables import ExecutionVariables
from sagemaker.workflow.functions import Join
from sagemaker.workflow.parameters import ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.steps import ProcessingStep

from oracle import BUCKET, REGION, ROLE, session

session.s3_client = MagicMock()
session.s3_resource = MagicMock()
session.boto_session.resource = lambda *_, **__: MagicMock()

SKLEARN = retrieve("sklearn", REGION, version="1.2-1")
XGBOOST = retrieve("xgboost", REGION, version="1.7-1")
NODE = "telar/node:24"
CODE = "/opt/ml/processing/input/code"


def uri(*parts):
    return "/".join([f"s3://{BUCKET}", *parts])


def pipeline(name, *steps, **more):
    return Pipeline(name=name, steps=list(steps), sagemaker_session=session, **more)


def node_job(name, script, arguments=None, outputs=("report",), inputs=(), **more):
    """A processing step whose script runs in Telar's image for TypeScript: fast enough for a test."""
    processor = Processor(
        role=ROLE,
        image_uri=NODE,
        instance_count=1,
        instance_type="ml.m5.large",
        entrypoint=["node", f"{CODE}/{script}"],
        sagemaker_session=session,
    )
    code = ProcessingInput(input_name="code", source=uri("code", script), destination=CODE)
    prefix = [f"s3://{BUCKET}/runs", ExecutionVariables.PIPELINE_EXECUTION_ID, name]
    made = [
        ProcessingOutput(
            output_name=each,
            source=f"/opt/ml/processing/output/{each}",
            destination=Join(on="/", values=[*prefix, each]),
        )
        for each in outputs
    ]
    return ProcessingStep(
        name=name, step_args=processor.run(inputs=[code, *inputs], outputs=made, arguments=arguments), **more
    )


def estimator(**more):
    return Estimator(
        image_uri=XGBOOST,
        role=ROLE,
        instance_count=1,
        instance_type="ml.m5.large",
        output_path=uri("models"),
        hyperparameters={"num_round": 5},
        sagemaker_session=session,
        **more,
    )


def channels():
    return {"train": TrainingInput(uri("train"), content_type="text/csv")}


def model(**more):
    return Model(
        **{"image_uri": XGBOOST, "model_data": uri("model.tar.gz"), "role": ROLE, **more}, sagemaker_session=session
    )


MODEL = ParameterString(name="Model", default_value="model")


def transformer():
    return Transformer(MODEL, 1, "ml.m5.large", output_path=uri("predictions"), sagemaker_session=session)


SERVED = {
    "content_types": ["text/csv"],
    "response_types": ["text/csv"],
    "inference_instances": ["ml.m5.large"],
    "transform_instances": ["ml.m5.large"],
    "model_package_group_name": "group",
}
