"""A regression pipeline with batch transform, as one writes it to try it in the SDK's local mode first: the new model scores rows that
it has not seen, and what stands in the scores decides whether it is registered. Where it runs is said in one place."""

import os

import sagemaker
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.processing import ProcessingInput, ProcessingOutput, ScriptProcessor
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.transformer import Transformer
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionLessThan
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.functions import JsonGet
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterFloat
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_context import LocalPipelineSession, PipelineSession
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.step_collections import RegisterModel
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep, TransformStep

from shellfish import write_table

LOCAL = os.environ.get("LOCAL_MODE") == "1"
session = LocalPipelineSession() if LOCAL else PipelineSession()
instance_type = "local" if LOCAL else "ml.m5.xlarge"

role = sagemaker.get_execution_role()
bucket = session.default_bucket()
data = session.upload_data(write_table("shellfish.csv", rows=400), bucket=bucket, key_prefix="batch/input")
threshold = ParameterFloat(name="MseThreshold", default_value=8.0)
image = sagemaker.image_uris.retrieve("xgboost", session.boto_region_name, version="1.7-1")
cache = CacheConfig(enable_caching=True, expire_after="P1D")
machine = {"instance_type": instance_type, "instance_count": 1, "role": role, "sagemaker_session": session}


def output(name):
    return ProcessingOutput(output_name=name, source=f"/opt/ml/processing/{name}")


prepare = ProcessingStep(
    name="Prepare",
    step_args=SKLearnProcessor(framework_version="1.2-1", **machine).run(
        code="code/preprocess.py",
        inputs=[ProcessingInput(source=data, destination="/opt/ml/processing/input")],
        outputs=[output(name) for name in ("train", "validation", "test")],
    ),
    cache_config=cache,
)
prepared = {
    name: prepare.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri for name in ("train", "validation", "test")
}

estimator = Estimator(image_uri=image, output_path=f"s3://{bucket}/batch/models", **machine)
estimator.set_hyperparameters(objective="reg:squarederror", num_round=20, max_depth=4)
train = TrainingStep(
    name="Train",
    step_args=estimator.fit(
        {name: TrainingInput(prepared[name], content_type="text/csv") for name in ("train", "validation")}
    ),
    cache_config=cache,
)

model = Model(
    image_uri=image, model_data=train.properties.ModelArtifacts.S3ModelArtifacts, role=role, sagemaker_session=session
)
create = ModelStep(name="Make", step_args=model.create(instance_type=instance_type))

# The rows have the truth first: the model does not see it, and it stands beside the score.
transformer = Transformer(
    model_name=create.properties.ModelName,
    instance_type=instance_type,
    instance_count=1,
    accept="text/csv",
    assemble_with="Line",
    output_path=f"s3://{bucket}/batch/scores",
    sagemaker_session=session,
)
score = TransformStep(
    name="Score",
    step_args=transformer.transform(
        data=prepared["test"],
        content_type="text/csv",
        split_type="Line",
        input_filter="$[1:]",
        join_source="Input",
        output_filter="$[0,-1]",
    ),
)

report = PropertyFile(name="Report", output_name="report", path="report.json")
compare = ProcessingStep(
    name="Compare",
    step_args=ScriptProcessor(image_uri=image, command=["python3"], **machine).run(
        code="code/compare.py",
        inputs=[
            ProcessingInput(
                source=score.properties.TransformOutput.S3OutputPath, destination="/opt/ml/processing/scores"
            )
        ],
        outputs=[output("report")],
    ),
    property_files=[report],
)

# As older notebooks register: by the collection, from the estimator.
register = RegisterModel(
    name="Register",
    estimator=estimator,
    model_data=train.properties.ModelArtifacts.S3ModelArtifacts,
    content_types=["text/csv"],
    response_types=["text/csv"],
    inference_instances=["ml.m5.xlarge"],
    transform_instances=["ml.m5.xlarge"],
    model_package_group_name="batch-rings",
    approval_status="PendingManualApproval",
)
gate = ConditionStep(
    name="Gate",
    conditions=[
        ConditionLessThan(left=JsonGet(step_name=compare.name, property_file=report, json_path="mse"), right=threshold)
    ],
    if_steps=[] if LOCAL else [register],  # local mode has no registry
    else_steps=[FailStep(name="Refuse", error_message="The scores are too far off.")],
)

pipeline = Pipeline(
    name="BatchPipeline",
    parameters=[threshold],
    steps=[prepare, train, create, score, compare, gate],
    sagemaker_session=session,
)
pipeline.upsert(role_arn=role)


def run(**parameters):
    execution = pipeline.start(parameters=parameters)
    if LOCAL:  # it is over
        return {step["StepName"]: step for step in execution.list_steps()["PipelineExecutionSteps"]}
    try:
        execution.wait(delay=1, max_attempts=120)
    except Exception as problem:
        print("problem", type(problem).__name__)
    print("ended", execution.describe()["PipelineExecutionStatus"])
    return {step["StepName"]: step for step in reversed(execution.list_steps())}


steps = run()
for name, step in steps.items():
    print("step", name, step["StepStatus"])

job = session.sagemaker_client.describe_transform_job(
    TransformJobName=steps["Score"]["Metadata"]["TransformJob"]["Arn"].split("/")[-1]
)
print("scored", job["TransformJobStatus"], job["DataProcessing"]["OutputFilter"])
scores = sagemaker.s3.S3Downloader.read_file(f"s3://{bucket}/batch/scores/test.csv.out", sagemaker_session=session)
print("rows", len(scores.splitlines()), sorted({line.count(",") for line in scores.splitlines()}))

# Against a threshold that no model meets: the same model is made anew, and scores anew.
steps = run(MseThreshold=0.001)
print("reused", [name for name, step in steps.items() if "CacheHitResult" in step])
print("refused", steps["Refuse"]["FailureReason"])
