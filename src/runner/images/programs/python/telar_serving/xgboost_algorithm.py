"""The built-in XGBoost as a model, without a script: CSV and LIBSVM in; CSV, JSON or JSON Lines out.

A1. In real time predictions are joined by commas, in a batch by line feeds, one a line, as AWS's container writes them.
A2. Several model files are an ensemble: their mean, unless SAGEMAKER_INFERENCE_ENSEMBLE is false.
"""
import json
import logging
import os

from telar_runtime import xgboost_codecs
from telar_runtime.base import MODEL
from telar_runtime.errors import UnsupportedFormatError

from . import selectable
from .errors import InferenceError
from .script import with_charset

log = logging.getLogger("telar")
CSV, JSON, JSON_LINES, RECORDIO = "text/csv", "application/json", "application/jsonlines", "application/x-recordio-protobuf"
SHORT = {"csv": CSV, "json": JSON}


def load_boosters(ensemble):
    names = sorted(name for name in os.listdir(MODEL) if os.path.isfile(os.path.join(MODEL, name)) and not name.startswith("."))
    if not names:
        raise RuntimeError("Unable to load model: there is no file in %s." % MODEL)
    boosters = []
    for name in names if ensemble else names[:1]:
        booster = xgboost_codecs.load_booster(os.path.join(MODEL, name))
        booster.set_param({"nthread": 1})  # workers are the parallelism
        boosters.append(booster)
    return boosters


def rounds(booster):
    """The trees that early stopping chose; (0, 0) stands for all."""
    best = booster.attr("best_iteration")
    return (0, min(int(best) + 1, booster.num_boosted_rounds())) if best is not None else (0, 0)


class Algorithm:
    def __init__(self, settings):
        self.settings = settings
        self.boosters = [(booster, rounds(booster)) for booster in load_boosters(settings.ensemble)]
        self.selection = selectable.Selection(settings.inference_output, self.boosters[0][0]) if settings.inference_output else None

    def __call__(self, head, body):
        if not body:
            return 204, "", b""
        accept = self.accept(head["accept"])
        predictions = self.predict(self.read(head["content_type"], body))
        text = self.selection.encode(predictions, accept, self.settings.batch) if self.selection else self.encode(predictions, accept)
        return 200, with_charset(accept), text.encode()

    def accept(self, header):
        accept = (header or "").split(";")[0].strip().lower()
        if not accept or accept == "*/*":
            accept = (self.settings.default_accept or CSV).lower()
        accept = SHORT.get(accept, accept)
        offered = [CSV, JSON, JSON_LINES]
        if accept == RECORDIO:
            raise InferenceError(406, "Accept type %s is not supported by Telar's XGBoost: use %s." % (RECORDIO, ", ".join(offered)))
        if accept not in offered:
            raise InferenceError(406, "Accept type %s is not supported. Please use supported accept types: %s." % (header[:200], ", ".join(offered)))
        return accept

    def read(self, content_type, body):
        declared = content_type or "text/libsvm"
        kind = xgboost_codecs.TYPES.get(xgboost_codecs.media_type(declared))
        try:
            return xgboost_codecs.decode(body, declared)
        except UnsupportedFormatError as error:
            raise InferenceError(415, "%s Supported content types: text/csv, text/libsvm." % error)
        except Exception as error:
            name = "csv" if kind == xgboost_codecs.CSV else "libsvm"
            raise InferenceError(400, "Loading %s data failed with Exception, please ensure data is in %s format:\n %s\n %s" % (name, name, type(error), error))

    def predict(self, matrix):
        import numpy

        try:
            found = [booster.predict(matrix, iteration_range=chosen, validate_features=False) for booster, chosen in self.boosters]
        except Exception as error:
            words = [line for line in str(error).splitlines() if line.strip() and not line.startswith(("Stack trace", "  [bt]"))]
            raise InferenceError(400, "Unable to evaluate payload provided: %s" % " ".join(words))
        return found[0] if len(found) == 1 else numpy.mean(found, axis=0)

    def encode(self, predictions, accept):
        values = predictions.tolist()
        if accept == JSON:
            return json.dumps({"predictions": [{"score": value} for value in values]})
        if accept == JSON_LINES:
            return "".join(json.dumps({"score": value}) + "\n" for value in values)
        if self.settings.batch:
            return "".join(str(value) + "\n" for value in values)
        return ",".join(str(value) for value in values)


def load(settings):
    return Algorithm(settings)
