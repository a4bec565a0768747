"""Python functions as jobs and as steps: @remote runs one here and now, @step makes a pipeline of them."""

import sagemaker
from sagemaker import image_uris
from sagemaker.remote_function import remote
from sagemaker.workflow.function_step import step
from sagemaker.workflow.parameters import ParameterInteger
from sagemaker.workflow.pipeline import Pipeline

session = sagemaker.Session()
role = sagemaker.get_execution_role()
# Jobs unpickle the functions, so that the Python of the image is of the same version as this one.
image = image_uris.retrieve("sklearn", session.boto_region_name, version="1.4-2")
job = {"image_uri": image, "instance_type": "ml.m5.large", "role": role}


@remote(sagemaker_session=session, **job)
def divide(dividend, divisor):
    print("dividing", dividend, "by", divisor)
    return dividend / divisor


print("divided", divide(7, 2))
try:
    divide(1, 0)
except ZeroDivisionError as problem:
    print("caught", problem)


@step(name="Numbers", **job)
def numbers(count):
    return list(range(count))


@step(name="Total", **job)
def total(values, factor):
    return sum(values) * factor


count = ParameterInteger(name="Count", default_value=5)
pipeline = Pipeline(
    name="FunctionsPipeline", parameters=[count], steps=[total(numbers(count), factor=2)], sagemaker_session=session
)
pipeline.upsert(role_arn=role)
execution = pipeline.start(parameters={"Count": 4})
execution.wait(delay=2, max_attempts=300)
print("steps", sorted((s["StepName"], s["StepStatus"]) for s in execution.list_steps()))
print("result", execution.result("Total"))
