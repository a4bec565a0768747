"""The training container's contract: files under /opt/ml, and the SM_* variables made from them.

Mirrors sagemaker-training-toolkit's environment, as documented in its ENVIRONMENT_VARIABLES.md.
"""
import json
import logging
import os

from telar_runtime.base import BASE, CODE, MODEL, UserError, configure_log, count_cpus, decode  # noqa: F401

INPUT = os.path.join(BASE, "input")
CONFIG = os.path.join(INPUT, "config")
OUTPUT = os.path.join(BASE, "output")
OUTPUT_DATA = os.path.join(OUTPUT, "data")
INTERMEDIATE = os.path.join(OUTPUT, "intermediate")
FAILURE = os.path.join(OUTPUT, "failure")

# Hyperparameters that speak to the container, not to the user's script, besides all that start with sagemaker_.
CONTAINER_PARAMETERS = ("default_user_module_name", "_tuning_objective_metric")
# Of those, the ones that are not passed on as SM_FRAMEWORK_PARAMS.
KNOWN_PARAMETERS = CONTAINER_PARAMETERS + tuple(
    "sagemaker_" + name
    for name in (
        "program",
        "submit_directory",
        "enable_cloudwatch_metrics",
        "region",
        "container_log_level",
        "job_name",
        "s3_output",
    )
)


def write_failure(text):
    os.makedirs(OUTPUT, exist_ok=True)
    with open(FAILURE, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)


def read_config(name, default=None):
    path = os.path.join(CONFIG, name)
    if default is not None and not os.path.exists(path):
        return default
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def channel_path(channel):
    return os.path.join(INPUT, "data", channel)


def split_hyperparameters(raw):
    """(the script's, the container's), both decoded."""
    own, container = {}, {}
    for name, value in raw.items():
        to_container = name.startswith("sagemaker_") or name in CONTAINER_PARAMETERS
        (container if to_container else own)[name] = decode(value)
    return own, container


def command_arguments(hyperparameters):
    """`{"depth": 3, "x": None}` → `["--depth", "3", "-x", ""]`, sorted by name."""
    arguments = []
    for name in sorted(hyperparameters):
        value = hyperparameters[name]
        if isinstance(value, dict):
            value = ",".join("%s=%s" % (key, value[key]) for key in sorted(value))
        arguments.append(("--" if len(name) > 1 else "-") + name)
        arguments.append("" if value is None else str(value))
    return arguments


def count_gpus():
    return len([name for name in os.listdir("/dev") if name.startswith("nvidia") and name[6:].isdigit()])


# Framework parameters that ask for a launcher over several hosts.
DISTRIBUTIONS = (
    "sagemaker_mpi_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
)


def instance_groups(resources, distributed):
    """The facts about hosts and groups, in the toolkit's names."""
    groups = resources.get("instance_groups", [])
    current = resources.get("current_group_name", "homogeneousCluster")
    chosen = [current] if distributed else []
    hosts = [h for g in groups if g["instance_group_name"] in chosen for h in g["hosts"]]
    return {
        "current_instance_group": current,
        "current_instance_group_hosts": [h for g in groups if g["instance_group_name"] == current for h in g["hosts"]],
        "instance_groups": [g["instance_group_name"] for g in groups],
        "instance_groups_dict": {g["instance_group_name"]: g for g in groups},
        "distribution_instance_groups": chosen,
        "distribution_hosts": hosts if groups else list(resources["hosts"]),
        "is_hetero": len(groups) > 1,
    }


def settings():
    """Everything the SM_* variables are made of, keyed by their lower-case names without the prefix."""
    raw = read_config("hyperparameters.json", {})
    resources = read_config("resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-1"]})
    channels = read_config("inputdataconfig.json", {})
    own, container = split_hyperparameters(raw)
    program = os.environ.get("SAGEMAKER_PROGRAM") or container.get("sagemaker_program")
    framework = {name: container[name] for name in container if name not in KNOWN_PARAMETERS}
    values = {
        "hosts": resources["hosts"],
        "network_interface_name": resources.get("network_interface_name", "eth0"),
        "hps": own,
        "user_entry_point": program,
        "framework_params": framework,
        "resource_config": resources,
        "input_data_config": channels,
        "output_data_dir": OUTPUT_DATA,
        "channels": sorted(channels),
        "current_host": resources["current_host"],
        "current_instance_type": resources.get("current_instance_type", "local"),
        **instance_groups(resources, any(framework.get(name) for name in DISTRIBUTIONS)),
        "module_name": program[:-3] if program and program.endswith(".py") else program,
        "log_level": container.get("sagemaker_container_log_level", logging.INFO),
        "framework_module": os.environ.get("SAGEMAKER_TRAINING_MODULE"),
        "input_dir": INPUT,
        "input_config_dir": CONFIG,
        "output_dir": OUTPUT,
        "num_cpus": count_cpus(),
        "num_gpus": count_gpus(),
        "num_neurons": 0,
        "model_dir": MODEL,
        "module_dir": os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY") or container.get("sagemaker_submit_directory", CODE),
        "output_intermediate_dir": INTERMEDIATE,
        "user_args": command_arguments(own),
    }
    return values, own, container


# Facts that are no variable of their own, or not a property.
NOT_PROPERTIES = ("hps", "channels", "framework_params", "user_args")
NOT_VARIABLES = ("distribution_hosts",)


def training_env(values, own):
    """SM_TRAINING_ENV: the same facts under the toolkit's property names."""
    names = {name: value for name, value in values.items() if name not in NOT_PROPERTIES}
    master = (values["distribution_hosts"] or values["hosts"])[0]
    return {
        **names,
        "additional_framework_parameters": values["framework_params"],
        "channel_input_dirs": {name: channel_path(name) for name in values["channels"]},
        "hyperparameters": own,
        "is_master": values["current_host"] == master,
        "is_modelparallel_enabled": None,
        "is_smddpmprun_installed": False,
        "is_smddprun_installed": False,
        "master_hostname": master,
        "job_name": os.environ.get("TRAINING_JOB_NAME"),
    }


def to_variable(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def variables(values, own, container):
    """The environment of the user's script."""
    named = {name: value for name, value in values.items() if name not in NOT_VARIABLES}
    named["training_env"] = training_env(values, own)
    named.update({"channel_" + name: channel_path(name) for name in values["channels"]})
    named.update({"hp_" + name: value for name, value in own.items()})
    found = {"SM_" + name.upper(): to_variable(value) for name, value in named.items()}
    region = container.get("sagemaker_region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    found["SAGEMAKER_JOB_NAME"] = to_variable(container.get("sagemaker_job_name"))
    found["CURRENT_HOST"] = values["current_host"]
    found["SAGEMAKER_REGION"] = to_variable(region)
    return found
