"""Pipelines of jobs in AWS's images, and of what is made of their models."""

import pathlib
import tempfile

from sagemaker.automl.automl import AutoML, AutoMLInput
from sagemaker.drift_check_baselines import DriftCheckBaselines
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.parameter import ContinuousParameter, IntegerParameter
from sagemaker.pipeline import PipelineModel
from sagemaker.processing import ProcessingInput, ProcessingOutput, ScriptProcessor
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.tuner import HyperparameterTuner
from sagemaker.workflow.automl_step import AutoMLStep
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.notebook_job_step import NotebookJobStep
from sagemaker.workflow.steps import ProcessingStep, TrainingStep, TransformStep, TuningStep

from oracle import BUCKET, ROLE, output, session
from step_parts import MODEL, SERVED, SKLEARN, XGBOOST, channels, estimator, model, pipeline, transformer, uri


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
