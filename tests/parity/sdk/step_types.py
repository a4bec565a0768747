"""One small pipeline for each step type of the SageMaker Python SDK, and for each way in which its steps refer to others."""

import json

import steps_here as here
import steps_of_jobs as jobs
import steps_of_services as services


def step_types():
    """The document of every pipeline above, by its name."""
    made = [
        here.parameters,
        here.property_files,
        here.order,
        here.experiment,
        jobs.script_processor,
        jobs.training,
        jobs.notebook_job,
        jobs.register,
        jobs.create_model,
        jobs.repack,
        jobs.transform,
        jobs.tuning,
        jobs.automl,
        services.function,
        services.callback,
        services.quality_check,
        services.clarify_check,
        services.monitored_transform,
        services.emr,
        services.endpoint,
        services.inference_component,
        services.lineage,
    ]
    pipelines = [each() for each in made]
    return {each.name: json.loads(each.definition().replace(jobs.PACKED, "/packed")) for each in pipelines}
