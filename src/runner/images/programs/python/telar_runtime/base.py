"""Where a container's files are, how its programs log, and the errors that are its user's to put right."""
import json
import logging
import multiprocessing
import os

BASE = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
CODE = os.path.join(BASE, "code")
MODEL = os.path.join(BASE, "model")
TOOLKITS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))), "toolkits")


class UserError(Exception):
    """What the job's owner can put right. Its text becomes the job's FailureReason."""


def configure_log(level=logging.INFO):
    logging.basicConfig(format="[%(asctime)s:%(levelname)s] %(message)s", datefmt="%Y-%m-%d:%H:%M:%S", level=level, force=True)


def decode(value):
    """A hyperparameter as the SDK encoded it: JSON where it is JSON, else the text itself."""
    try:
        return json.loads(value)
    except (ValueError, TypeError):
        return value


def count_cpus():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return multiprocessing.cpu_count()
