"""Pipelines that run on nothing but this machine's TypeScript."""

from sagemaker.processing import ProcessingInput
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
from sagemaker.workflow.parameters import ParameterBoolean, ParameterFloat, ParameterInteger, ParameterString
from sagemaker.workflow.pipeline_definition_config import PipelineDefinitionConfig
from sagemaker.workflow.pipeline_experiment_config import PipelineExperimentConfig
from sagemaker.workflow.properties import PropertyFile
from sagemaker.workflow.steps import CacheConfig

from oracle import output
from step_parts import node_job, pipeline


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
