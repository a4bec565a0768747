"""Pipelines whose steps call other services."""

from sagemaker.clarify import BiasConfig, DataConfig
from sagemaker.lambda_helper import Lambda
from sagemaker.lineage.artifact import Artifact
from sagemaker.lineage.context import Context
from sagemaker.model_monitor import DatasetFormat
from sagemaker.workflow.callback_step import CallbackOutput, CallbackOutputTypeEnum, CallbackStep
from sagemaker.workflow.check_job_config import CheckJobConfig
from sagemaker.workflow.clarify_check_step import ClarifyCheckStep, DataBiasCheckConfig
from sagemaker.workflow.emr_step import EMRStep, EMRStepConfig
from sagemaker.workflow.endpoint_step import EndpointConfigStep, EndpointStep
from sagemaker.workflow.inference_component_step import InferenceComponentStep
from sagemaker.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.workflow.lineage_step import LineageAssociation, LineageEntityReference, LineageStep
from sagemaker.workflow.monitor_batch_transform_step import MonitorBatchTransformStep
from sagemaker.workflow.parameters import ParameterBoolean
from sagemaker.workflow.quality_check_step import DataQualityCheckConfig, QualityCheckStep
from sagemaker.workflow.retry import StepExceptionTypeEnum, StepRetryPolicy
from sagemaker.workflow.steps import CacheConfig

from oracle import ACCOUNT, REGION, ROLE, session
from step_parts import MODEL, pipeline, transformer, uri


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
    config = EndpointConfigStep(
        name="Config",
        step_args=session.create_endpoint_config(
            name="config", model_name="model", initial_instance_count=1, instance_type="ml.m5.large"
        ),
        retry_policies=[StepRetryPolicy(exception_types=[StepExceptionTypeEnum.THROTTLING], max_attempts=2)],
        cache_config=CacheConfig(True, "P1D"),
    )
    served = EndpointStep(
        name="Endpoint",
        step_args=session.create_endpoint(
            endpoint_name="endpoint", config_name=config.properties.EndpointConfigName, wait=False
        ),
    )
    return pipeline("endpoint", config, served)


def inference_component():
    step_args = session.create_inference_component(
        inference_component_name="component",
        endpoint_name="endpoint",
        variant_name="AllTraffic",
        specification={"ModelName": "model", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}},
        wait=False,
    )
    return pipeline("inference-component", InferenceComponentStep(name="Component", step_args=step_args))


def lineage():
    """An artifact and a context of the step's own making, the one part of the other."""
    artifact = Artifact.create(
        artifact_name="data", source_uri=uri("train"), artifact_type="DataSet", sagemaker_session=session
    )
    context = Context.create(
        context_name="run", source_uri=uri("runs"), context_type="Run", sagemaker_session=session
    )
    association = LineageAssociation(
        source=LineageEntityReference(name="data", type="Artifact"),
        destination=LineageEntityReference(name="run", type="Context"),
        association_type="AssociatedWith",
    )
    step = LineageStep(name="Lineage", artifacts=artifact, contexts=context, associations=[association])
    return pipeline("lineage", step)
