"""The user's script as a model: model_fn, then transform_fn or input_fn, predict_fn and output_fn, with the toolkits' defaults.

S1. The scikit-learn image follows sagemaker-containers: JSON and CSV reach the script as text, and the defaults make float32
    arrays of them. The XGBoost image follows sagemaker-inference-toolkit: bytes, a DMatrix, and functions may take a context.
S2. An exception of the user's code is a 500 with its trace; what only the defaults could not read is a 400, 415 or 406.
"""
import importlib
import inspect
import json
import os

from telar_runtime import codecs, xgboost_codecs
from telar_runtime.base import MODEL, UserError
from telar_runtime.errors import BaseInferenceToolkitError, ClientError, UnsupportedFormatError

from .errors import FormatRefused, InferenceError

NO_MODEL_FN = "Please provide a model_fn implementation.\nSee documentation for model_fn at https://github.com/aws/sagemaker-python-sdk"


def unreadable(error):
    return InferenceError(400, "The payload could not be read: %s" % error)


class SklearnDefaults:
    text_types = codecs.UTF8_TYPES
    takes_context = False

    @staticmethod
    def model_fn(model_dir):
        raise NotImplementedError(NO_MODEL_FN)

    @staticmethod
    def input_fn(data, content_type):
        try:
            array = codecs.decode(data, content_type)
            return array.astype("float32") if content_type in codecs.UTF8_TYPES else array
        except UnsupportedFormatError:
            raise
        except Exception as error:
            raise unreadable(error)

    @staticmethod
    def predict_fn(data, model):
        return model.predict(data)

    @staticmethod
    def output_fn(prediction, accept):
        return codecs.encode(prediction, accept), accept


class XgboostDefaults(SklearnDefaults):
    text_types = ()
    takes_context = True

    @staticmethod
    def model_fn(model_dir):
        path = os.path.join(model_dir, "xgboost-model")
        if not os.path.exists(path):
            raise NotImplementedError("There is no xgboost-model in the model. " + NO_MODEL_FN)
        return xgboost_codecs.load_booster(path)

    @staticmethod
    def input_fn(data, content_type):
        try:
            return xgboost_codecs.decode(data, content_type)
        except UnsupportedFormatError:
            raise
        except Exception as error:
            raise unreadable(error)

    @staticmethod
    def predict_fn(data, model):
        return model.predict(data, validate_features=False)


class Context:
    """What functions with a context parameter get of the server."""

    system_properties = {"model_dir": MODEL}


class Script:
    def __init__(self, module, settings):
        self.settings = settings
        self.defaults = XgboostDefaults if settings.xgboost else SklearnDefaults
        own = {name: getattr(module, name, None) for name in ("transform_fn", "input_fn", "predict_fn", "output_fn")}
        if own["transform_fn"] and (own["input_fn"] or own["predict_fn"] or own["output_fn"]):
            raise UserError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        self.transform_fn = own["transform_fn"] or self.steps
        self.input_fn = own["input_fn"] or self.defaults.input_fn
        self.predict_fn = own["predict_fn"] or self.defaults.predict_fn
        self.output_fn = own["output_fn"] or self.defaults.output_fn
        self.execution_parameters_fn = getattr(module, "execution_parameters_fn", None)
        self.model = self.call(getattr(module, "model_fn", None) or self.defaults.model_fn, MODEL)

    def call(self, function, *arguments):
        if self.defaults.takes_context and len(inspect.signature(function).parameters) == len(arguments) + 1:
            return function(*arguments, Context)
        return function(*arguments)

    def steps(self, model, data, content_type, accept):
        try:
            read = self.call(self.input_fn, data, content_type)
        except UnsupportedFormatError as error:
            raise FormatRefused(415, error)
        prediction = self.call(self.predict_fn, read, model)
        try:
            return self.call(self.output_fn, prediction, accept)
        except UnsupportedFormatError as error:
            raise FormatRefused(406, error)

    def __call__(self, head, body):
        if head["kind"] == "execution-parameters":
            return self.execution_parameters()
        content_type = head["content_type"] or codecs.JSON
        accept = head["accept"]
        if not accept or accept == codecs.ANY:
            accept = self.settings.default_accept or codecs.JSON
        data = body.decode("utf-8", "replace") if content_type in self.defaults.text_types else body
        try:
            result = self.call(self.transform_fn, self.model, data, content_type, accept)
        except ClientError as error:
            raise unreadable(error)
        except BaseInferenceToolkitError as error:
            raise InferenceError(error.status_code if 200 <= error.status_code <= 599 else 500, error.message)
        return answer_of(result, accept)

    def execution_parameters(self):
        if not self.execution_parameters_fn:
            raise InferenceError(404, "The script has no execution_parameters_fn.")
        return answer_of(self.execution_parameters_fn(), codecs.JSON)


def with_charset(content_type):
    return content_type + "; charset=utf-8" if content_type.startswith("text/") and "charset" not in content_type else content_type


def answer_of(result, accept):
    """(status, content type, bytes) of what output_fn or transform_fn returned."""
    status, content_type = 200, accept
    if hasattr(result, "get_data") and hasattr(result, "status_code"):  # a response of the toolkit's, or of Flask
        status, content_type, result = result.status_code, result.content_type or accept, result.get_data()
    elif isinstance(result, tuple) and len(result) == 2:
        result, content_type = result
    if isinstance(result, dict):
        result = json.dumps(result, default=codecs.plain)
    if isinstance(result, str):
        result = result.encode("utf-8")
    if isinstance(result, (bytearray, memoryview)):
        result = bytes(result)
    if not isinstance(result, bytes) or not isinstance(content_type, str):
        raise TypeError(
            "output_fn (or transform_fn) must return text or bytes, or a tuple of these and a content type; it returned %s." % type(result).__name__
        )
    return status, with_charset(content_type), result


def load(settings):
    name = os.path.basename(settings.program)
    module = importlib.import_module(name[:-3] if name.endswith(".py") else name)
    return Script(module, settings)
