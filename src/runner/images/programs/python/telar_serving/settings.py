"""What the environment says about serving, checked once. The names are SageMaker's, except the two TELAR_ ones."""
import os
import re

from telar_runtime.base import UserError, count_cpus

MEGABYTE = 1 << 20
MOST_WORKERS_UNASKED = 4
# What AWS lets through to a model: 25 MB in real time, 100 MB in a transform job.
REAL_TIME_MEGABYTES = 25
BATCH_MEGABYTES = 100


def whole(name, default, least, most):
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
        raise UserError("Environment variable %s must be a whole number from %d to %d, not '%s'." % (name, least, most, text))
    return int(text)


def true(name):
    return os.environ.get(name, "").strip().lower() not in ("", "0", "false")


def check_port_range():
    """SAGEMAKER_SAFE_PORT_RANGE says which ports a container may use beside its own: nothing here needs any."""
    text = os.environ.get("SAGEMAKER_SAFE_PORT_RANGE", "").strip()
    match = re.fullmatch(r"(\d{1,5})-(\d{1,5})", text)
    if text and not (match and int(match.group(1)) <= int(match.group(2)) <= 65535):
        raise UserError("Environment variable SAGEMAKER_SAFE_PORT_RANGE must be like 30000-30010, not '%s'." % text)


def body_limit(batch):
    megabytes = whole("SAGEMAKER_MAX_PAYLOAD_IN_MB", None, 0, 100)
    if megabytes is not None:
        return (megabytes or BATCH_MEGABYTES) * MEGABYTE  # 0 stands for no limit of one's own
    bytes_ = whole("MAX_CONTENT_LENGTH", None, 1, BATCH_MEGABYTES * MEGABYTE)
    return bytes_ or (BATCH_MEGABYTES if batch else REAL_TIME_MEGABYTES) * MEGABYTE


class Settings:
    def __init__(self):
        check_port_range()
        self.port = whole("SAGEMAKER_BIND_TO_PORT", 8080, 1, 65535)
        # A container has an address of its own; a job of Telar shares the machine's, where only the machine may call it.
        self.address = os.environ.get("TELAR_BIND_ADDRESS", "127.0.0.1")
        # In place of a port: a job without network can be called by a socket in its folder, and no two jobs collide.
        self.socket = os.environ.get("TELAR_BIND_SOCKET")
        self.batch = true("SAGEMAKER_BATCH")
        self.workers = whole("SAGEMAKER_MODEL_SERVER_WORKERS", min(count_cpus(), MOST_WORKERS_UNASKED), 1, 64)
        self.timeout = whole("SAGEMAKER_MODEL_SERVER_TIMEOUT", 60, 1, 3600)
        self.log_level = whole("SAGEMAKER_CONTAINER_LOG_LEVEL", 20, 0, 60)
        self.max_body = body_limit(self.batch)
        self.default_accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or None
        self.program = os.environ.get("SAGEMAKER_PROGRAM") or None
        self.submit_directory = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY") or None
        self.xgboost = "xgboost" in os.environ.get("SAGEMAKER_TRAINING_MODULE", "")
        self.inference_output = os.environ.get("SAGEMAKER_INFERENCE_OUTPUT") or None
        self.ensemble = os.environ.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true").lower() == "true"
        if true("SAGEMAKER_MULTI_MODEL"):
            raise UserError("SAGEMAKER_MULTI_MODEL asks for an endpoint with several models, which Telar's images do not serve yet.")
