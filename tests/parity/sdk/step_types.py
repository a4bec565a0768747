"""One small pipeline for each step type of the SageMaker Python SDK, and for each way in which its steps refer to others.

Nothing is uploaded: what the SDK would put into S3 goes nowhere, and only the documents are kept.
"""

import json
import pathlib
import tempfile
from unittest.mock import MagicMock

from sagemaker.automl.automl import AutoML, AutoMLInput
from sagemaker.clarify import BiasConfig, DataConfig
from sagemaker.drift_check_baselines import DriftCheckBaselines
from sagemaker.estimator import Estimator
from sagemaker.image_uris import retrieve
from sagemaker.inputs import TrainingInput
from sagemaker.lambda_helper import Lambda
from sagemaker.model import Model
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.model_monitor import DatasetFormat
from sagemaker.parameter import ContinuousParameter, IntegerParameter
from sagemaker.pipeline import PipelineModel
from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor, ScriptProcessor
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.transformer import Transformer
from sagemaker.tuner import HyperparameterTuner
from sagemaker.workflow.automl_step import AutoMLStep
from sagemaker.workflow.callback_step import CallbackOutput, CallbackOutputTypeEnum, CallbackStep
from sagemaker.workflow.check_job_config import CheckJobConfig
from sagemaker.workflow.clarify_check_step import ClarifyCheckStep, DataBiasCheckConfig
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
from sagemaker.workflow.emr_step import EMRStep, EMRStepConfig
from sagemaker.workflow.execution_variables import ExecutionVariables
from sagemaker.workflow.fail_step import FailStep
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.monitor_batch_transform_step import MonitorBatchTransformStep
from sagemaker.workflow.notebook_job_step import NotebookJobStep
from sagemaker.workflow.parameters import ParameterBoolean, ParameterFloat, ParameterInteger, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.pipeline_definition_config import PipelineDefinitionConfig
from sagemaker.workflow.pipeline_experiment_config import PipelineExperimentConfig
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.quality_check_step import DataQualityCheckConfig, QualityCheckStep
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep, TransformStep, TuningStep

from oracle import ACCOUNT, BUCKET, REGION, ROLE, output, session

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


SERVED = {
    "content_types": ["text/csv"],
    "response_types": ["text/csv"],
    "inference_instances": ["ml.m5.large"],
    "transform_instances": ["ml.m5.large"],
    "model_package_group_name": "group",
}


# ---- what runs on nothing but this machine's TypeScript --------------------------------------------------------------


def parameters():
    """Every type of parameter, with and without a default, every variable of an execution, and every condition."""
    text = ParameterString(name="Text", default_value="a", enum_values=["a", "b"])
    whole = ParameterInteger(name="Whole", default_value=3)
    ratio = ParameterFloat(name="Ratio", default_value=0.25)
    flag = ParameterBoolean(name="Flag", default_value=True)
    needed = ParameterString(name="Needed")
    told = Join(
        on=" ",
        values=[
            text,
            whole,
            ratio,
            flag,
            needed,
            Join(on="/", values=[ExecutionVariables.PIPELINE_NAME, ExecutionVariables.START_DATETIME]),
            ExecutionVariables.CURRENT_DATETIME,
            ExecutionVariables.PIPELINE_ARN,
            ExecutionVariables.PIPELINE_EXECUTION_ID,
            ExecutionVariables.PIPELINE_EXECUTION_ARN,
        ],
    )
    first = ConditionStep(
        name="First",
        conditions=[
            ConditionEquals(left=text, right="a"),
            ConditionGreaterThan(left=whole, right=2),
            ConditionGreaterThanOrEqualTo(left=whole, right=3),
            ConditionLessThan(left=ratio, right=0.5),
            ConditionLessThanOrEqualTo(left=ratio, right=0.25),
            ConditionIn(value=text, in_values=["b", "a", needed]),
            ConditionNot(ConditionEquals(left=needed, right="nothing")),
            ConditionOr(conditions=[ConditionEquals(left=flag, right=False), ConditionEquals(left=whole, right=3)]),
        ],
        if_steps=[],
        else_steps=[FailStep(name="NotFirst", error_message="A condition of the first gate does not hold.")],
    )
    second = ConditionStep(
        name="Second",
        conditions=[ConditionEquals(left=first.properties.Outcome, right="True")],
        if_steps=[FailStep(name="Told", display_name="What is told", error_message=told)],
        else_steps=[],
    )
    return pipeline("parameters", first, second, parameters=[text, whole, ratio, flag, needed])


def property_files():
    """A processing step's JSON in a condition, in another step's arguments and in a message; a document by its URI."""
    report = PropertyFile(name="Report", output_name="report", path="report.json")
    measure = node_job("Measure", "measure.ts", property_files=[report], cache_config=CacheConfig(True, "P1D"))
    accuracy = JsonGet(step_name="Measure", property_file=report, json_path="metrics['accuracy'].value")
    classes = JsonGet(step_name="Measure", property_file="Report", json_path="classes[1]")
    document = JsonGet(
        s3_uri=Join(on="/", values=[output(measure, "report"), "report.json"]), json_path="classes[0]", step=measure
    )
    use = node_job(
        "Use",
        "use.ts",
        arguments=["--class", classes, "--first", document],
        inputs=[
            ProcessingInput(
                input_name="report", source=output(measure, "report"), destination="/opt/ml/processing/input/report"
            )
        ],
        outputs=[],
    )
    gate = ConditionStep(
        name="Gate",
        conditions=[ConditionGreaterThanOrEqualTo(left=accuracy, right=0.5)],
        if_steps=[use],
        else_steps=[FailStep(name="TooLow", error_message=Join(on=" ", values=["Accuracy is", accuracy]))],
    )
    return pipeline("property-files", measure, gate)


def order():
    """Steps that wait for others by name, by object and by what they refer to; custom prefixes of job names."""
    one = node_job("One", "note.ts", outputs=[])
    two = node_job("Two", "note.ts", outputs=[], depends_on=["One"])
    three = node_job("Three", "note.ts", outputs=[], depends_on=[two, one])
    return pipeline(
        "order", three, two, one, pipeline_definition_config=PipelineDefinitionConfig(use_custom_job_prefix=True)
    )


def experiment():
    """An experiment named by the pipeline."""
    return pipeline(
        "experiment",
        FailStep(name="Stop", error_message="Stopped."),
        pipeline_experiment_config=PipelineExperimentConfig(
            Join(on="-", values=["run", ExecutionVariables.PIPELINE_NAME]), ExecutionVariables.PIPELINE_EXECUTION_ID
        ),
    )


# ---- jobs in AWS's images --------------------------------------------------------------------------------------------


def script_processor():
    """The processors that people use: of a framework, and of any image with a script."""
    sklearn = SKLearnProcessor(
        framework_version="1.2-1",
        role=ROLE,
        instance_type="ml.m5.large",
        instance_count=1,
        base_job_name="prepare",
        sagemaker_session=session,
    )
    prepared = ProcessingStep(
        name="Sklearn",
        step_args=sklearn.run(
            code=uri("code/prepare.py"),
            inputs=[ProcessingInput(source=uri("raw"), destination="/opt/ml/processing/input")],
            outputs=[ProcessingOutput(output_name="train", source="/opt/ml/processing/train")],
            arguments=["--seed", "7"],
        ),
    )
    script = ScriptProcessor(
        image_uri=XGBOOST,
        command=["python3"],
        role=ROLE,
        instance_type="ml.m5.large",
        instance_count=1,
        env={"SEED": "7"},
        max_runtime_in_seconds=600,
        sagemaker_session=session,
    )
    scored = ProcessingStep(
        name="Script",
        step_args=script.run(
            code=uri("code/score.py"),
            inputs=[ProcessingInput(source=output(prepared, "train"), destination="/opt/ml/processing/train")],
        ),
    )
    return pipeline("script-processor", prepared, scored)


def training():
    """A built-in algorithm with the profiler's defaults, and a script of a framework."""
    first = TrainingStep(name="Algorithm", step_args=estimator().fit(channels()))
    script = SKLearn(
        entry_point="train.py",
        source_dir=uri("code/source.tar.gz"),
        framework_version="1.2-1",
        role=ROLE,
        instance_type="ml.m5.large",
        hyperparameters={"depth": 3, "name": "tree", "flag": True},
        sagemaker_session=session,
    )
    second = TrainingStep(name="Script", step_args=script.fit({"train": TrainingInput(uri("train"))}))
    return pipeline("training", first, second)


def notebook_job():
    """A notebook, which the SDK makes a training job of."""
    job = NotebookJobStep(
        name="Notebook",
        input_notebook=__file__,
        image_uri=SKLEARN,
        kernel_name="python3",
        role=ROLE,
        s3_root_uri=uri("notebooks"),
    )
    return pipeline("notebook-job", job)


def register():
    """Everything that a registration can say."""

    def reports(kind):
        return MetricsSource(s3_uri=uri(f"{kind}.json"), content_type="application/json")

    registration = ModelStep(
        name="Best",
        step_args=model().register(
            **SERVED,
            approval_status="Approved",
            description="What it is.",
            model_metrics=ModelMetrics(
                model_statistics=reports("statistics"),
                model_constraints=reports("constraints"),
                model_data_statistics=reports("data-statistics"),
                bias=reports("bias"),
                explainability=reports("explainability"),
            ),
            drift_check_baselines=DriftCheckBaselines(model_statistics=reports("baseline")),
            customer_metadata_properties={"owner": "data"},
            domain="MACHINE_LEARNING",
            task="CLASSIFICATION",
            sample_payload_url=uri("payload.tar.gz"),
            skip_model_validation="All",
        ),
    )
    return pipeline("register", registration)


def create_model():
    """A model, of one container and of several."""
    one = ModelStep(name="One", step_args=model().create(instance_type="ml.m5.large"))
    several = PipelineModel(
        models=[model(), model(image_uri=SKLEARN)], role=ROLE, name="several", sagemaker_session=session
    )
    two = ModelStep(name="Two", step_args=several.create(instance_type="ml.m5.large"))
    return pipeline("create-model", one, two)


# The SDK writes its own scripts beside the model's; documents name the folder.
PACKED = tempfile.mkdtemp()
pathlib.Path(PACKED, "serve.py").write_text("# How the model is served.\n")


def repack():
    """A model whose script the SDK packs into its archive, by a training job of its own making."""
    trained = TrainingStep(name="Train", step_args=estimator().fit(channels()))
    scripted = model(
        model_data=trained.properties.ModelArtifacts.S3ModelArtifacts,
        entry_point="serve.py",
        source_dir=PACKED,
    )
    return pipeline("repack", trained, ModelStep(name="Packed", step_args=scripted.register(**SERVED)))


MODEL = ParameterString(name="Model", default_value="model")


def transformer():
    return Transformer(MODEL, 1, "ml.m5.large", output_path=uri("predictions"), sagemaker_session=session)


def transform():
    step_args = transformer().transform(uri("batch"), content_type="text/csv", split_type="Line")
    return pipeline("transform", TransformStep(name="Transform", step_args=step_args), parameters=[MODEL])


def tuning():
    tuner = HyperparameterTuner(
        estimator=estimator(),
        objective_metric_name="validation:logloss",
        hyperparameter_ranges={"eta": ContinuousParameter(0.1, 0.5), "max_depth": IntegerParameter(2, 5)},
        max_jobs=2,
        max_parallel_jobs=1,
    )
    tune = TuningStep(name="Tune", step_args=tuner.fit(channels()))
    best = Model(
        image_uri=XGBOOST,
        model_data=tune.get_top_model_s3_uri(top_k=0, s3_bucket=BUCKET),
        role=ROLE,
        sagemaker_session=session,
    )
    return pipeline("tuning", tune, ModelStep(name="Best", step_args=best.register(**SERVED)))


def automl():
    auto = AutoML(role=ROLE, target_attribute_name="y", mode="ENSEMBLING", sagemaker_session=session)
    inputs = [AutoMLInput(inputs=uri("train"), target_attribute_name="y", channel_type="training")]
    return pipeline("automl", AutoMLStep(name="Auto", step_args=auto.fit(inputs=inputs)))


# ---- other services --------------------------------------------------------------------------------------------------


def function():
    step = LambdaStep(
        name="Function",
        lambda_func=Lambda(function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f", session=session),
        inputs={"a": 1},
        outputs=[LambdaOutput(output_name="b", output_type=LambdaOutputTypeEnum.Boolean)],
    )
    return pipeline("function", step)


def callback():
    step = CallbackStep(
        name="Callback",
        sqs_queue_url=f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/queue",
        inputs={"a": "b"},
        outputs=[CallbackOutput(output_name="c", output_type=CallbackOutputTypeEnum.Float)],
    )
    return pipeline("callback", step)


def check_job():
    return CheckJobConfig(role=ROLE, instance_count=1, instance_type="ml.m5.large", sagemaker_session=session)


def data_quality():
    return DataQualityCheckConfig(
        baseline_dataset=uri("train/data.csv"),
        dataset_format=DatasetFormat.csv(header=False),
        output_s3_uri=uri("quality"),
    )


def quality_check():
    step = QualityCheckStep(
        name="Quality",
        quality_check_config=data_quality(),
        check_job_config=check_job(),
        skip_check=False,
        register_new_baseline=ParameterBoolean(name="Renew", default_value=False),
        model_package_group_name="group",
    )
    return pipeline("quality-check", step, parameters=[ParameterBoolean(name="Renew", default_value=False)])


def clarify_check():
    data = DataConfig(
        s3_data_input_path=uri("train/data.csv"),
        s3_output_path=uri("bias"),
        label="y",
        headers=["y", "x"],
        dataset_type="text/csv",
    )
    step = ClarifyCheckStep(
        name="Bias",
        clarify_check_config=DataBiasCheckConfig(
            data_config=data, data_bias_config=BiasConfig(label_values_or_threshold=[1], facet_name="x")
        ),
        check_job_config=check_job(),
    )
    return pipeline("clarify-check", step)


def monitored_transform():
    steps = MonitorBatchTransformStep(
        name="Monitored",
        transform_step_args=transformer().transform(uri("batch"), content_type="text/csv"),
        monitor_configuration=data_quality(),
        check_job_configuration=check_job(),
    )
    return pipeline("monitored-transform", steps, parameters=[MODEL])


def emr():
    config = EMRStepConfig(jar=uri("job.jar"), args=["a"], main_class="Main")
    return pipeline(
        "emr",
        EMRStep(name="Cluster", display_name=None, description=None, cluster_id="j-1", step_config=config),
        EMRStep(
            name="Fresh",
            display_name=None,
            description=None,
            cluster_id=None,
            step_config=config,
            cluster_config={
                "ReleaseLabel": "emr-7.1.0",
                "Instances": {
                    "InstanceGroups": [{"InstanceRole": "MASTER", "InstanceCount": 1, "InstanceType": "m5.xlarge"}]
                },
            },
        ),
    )


def endpoint():
    from sagemaker.workflow.endpoint_step import EndpointConfigStep, EndpointStep

    config = EndpointConfigStep(
        name="Config",
        step_args=session.create_endpoint_config(
            name="config", model_name="model", initial_instance_count=1, instance_type="ml.m5.large"
        ),
    )
    served = EndpointStep(
        name="Endpoint",
        step_args=session.create_endpoint(
            endpoint_name="endpoint", config_name=config.properties.EndpointConfigName, wait=False
        ),
    )
    return pipeline("endpoint", config, served)


def step_types():
    """The document of every pipeline above, by its name."""
    made = [
        parameters,
        property_files,
        order,
        experiment,
        script_processor,
        training,
        notebook_job,
        register,
        create_model,
        repack,
        transform,
        tuning,
        automl,
        function,
        callback,
        quality_check,
        clarify_check,
        monitored_transform,
        emr,
        endpoint,
    ]
    pipelines = [each() for each in made]
    return {each.name: json.loads(each.definition().replace(PACKED, "/packed")) for each in pipelines}
