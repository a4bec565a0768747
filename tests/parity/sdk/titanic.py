"""The pipeline of examples/01-titanic, in Python."""

from sagemaker.estimator import Estimator
from sagemaker.image_uris import retrieve
from sagemaker.inputs import TrainingInput
from sagemaker.model import Model
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.processing import ProcessingInput, ProcessingOutput, Processor
from sagemaker.workflow.condition_step import ConditionStep
from sagemaker.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.workflow.functions import Join, JsonGet
from sagemaker.workflow.model_step import ModelStep
from sagemaker.workflow.parameters import ParameterFloat, ParameterString
from sagemaker.workflow.pipeline import Pipeline
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.steps import CacheConfig, ProcessingStep, TrainingStep

from oracle import BUCKET, CODE, REGION, ROLE, bundled, output, retries, run_prefix, session


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
                    destination="/opt/ml/processing/model",
                ),
                ProcessingInput(
                    input_name="validation",
                    source=output(preprocess, "validation"),
                    destination="/opt/ml/processing/validation",
                ),
            ],
            outputs=[
                ProcessingOutput(
                    output_name="evaluation",
                    source="/opt/ml/processing/evaluation",
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
            env={
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": code_bundle,
                "PREPROCESSOR_URI": output(preprocess, "preprocessor"),
            },
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
