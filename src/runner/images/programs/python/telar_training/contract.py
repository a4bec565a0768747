"""The training container's contract: files under /opt/ml, and the SM_* variables made from them.

Mirrors sagemaker-training-toolkit's environment, as documented in its ENVIRONMENT_VARIABLES.md.
"""
import json
import logging
import multiprocessing
import os

BASE = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
CODE = os.path.join(BASE, "code")
MODEL = os.path.join(BASE, "model")
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


class UserError(Exception):
    """What the job's owner can put right. Its text becomes the job's FailureReason."""


def configure_log(level=logging.INFO):
    logging.basicConfig(format="[%(asctime)s:%(levelname)s] %(message)s", datefmt="%Y-%m-%d:%H:%M:%S", level=level, force=True)


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


def decode(value):
    """A hyperparameter as the SDK encoded it: JSON where it is JSON, else the text itself."""
    try:
        return json.loads(value)
    except (ValueError, TypeError):
        return value


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


def count_cpus():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return multiprocessing.cpu_count()


def settings():
    """Everything the SM_* variables are made of, keyed by their lower-case names without the prefix."""
    raw = read_config("hyperparameters.json", {})
    resources = read_config("resourceconfig.json", {"current_host": "algo-1", "hosts": ["algo-1"]})
    channels = read_config("inputdataconfig.json", {})
    own, container = split_hyperparameters(raw)
    program = os.environ.get("SAGEMAKER_PROGRAM") or container.get("sagemaker_program")
    group = resources.get("current_group_name", "homogeneousCluster")
    groups = resources.get("instance_groups", [])
    values = {
        "hosts": resources["hosts"],
        "network_interface_name": resources.get("network_interface_name", "eth0"),
        "hps": own,
        "user_entry_point": program,
        "framework_params": {name: container[name] for name in container if name not in KNOWN_PARAMETERS},
        "resource_config": resources,
        "input_data_config": channels,
        "output_data_dir": OUTPUT_DATA,
        "channels": sorted(channels),
        "current_host": resources["current_host"],
        "current_instance_type": resources.get("current_instance_type", "local"),
        "current_instance_group": group,
        "current_instance_group_hosts": [h for g in groups if g["instance_group_name"] == group for h in g["hosts"]],
        "instance_groups": groups,
        "instance_groups_dict": {g["instance_group_name"]: g for g in groups},
        "distribution_instance_groups": [],
        "is_hetero": len(groups) > 1,
        "module_name": program[:-3] if program and program.endswith(".py") else program,
        "log_level": container.get("sagemaker_container_log_level", logging.INFO),
        "framework_module": os.environ.get("SAGEMAKER_TRAINING_MODULE"),
        "input_dir": INPUT,
        "input_config_dir": CONFIG,
        "output_dir": OUTPUT,
        "num_cpus": count_cpus(),
        "num_gpus": count_gpus(),
        "model_dir": MODEL,
        "module_dir": os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY") or container.get("sagemaker_submit_directory", CODE),
        "output_intermediate_dir": INTERMEDIATE,
        "user_args": command_arguments(own),
    }
    return values, own, container


def training_env(values, own):
    """SM_TRAINING_ENV: the same facts under the toolkit's property names."""
    names = {name: value for name, value in values.items() if name not in ("hps", "channels", "framework_params", "user_args")}
    return {
        **names,
        "additional_framework_parameters": values["framework_params"],
        "channel_input_dirs": {name: channel_path(name) for name in values["channels"]},
        "hyperparameters": own,
        "is_master": values["current_host"] == values["hosts"][0],
        "master_hostname": values["hosts"][0],
        "job_name": os.environ.get("TRAINING_JOB_NAME"),
    }


def to_variable(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def variables(values, own):
    """The SM_* environment of the user's script."""
    named = dict(values, training_env=training_env(values, own))
    named.update({"channel_" + name: channel_path(name) for name in values["channels"]})
    named.update({"hp_" + name: value for name, value in own.items()})
    return {"SM_" + name.upper(): to_variable(value) for name, value in named.items()}
