"""The built-in XGBoost algorithm: channels in, log lines and /opt/ml/model/xgboost-model out.

X1. The same data and hyperparameters give the same model: seed 0 unless given, files in the order of their names.
X2. The model is saved by Booster.save_model as UBJSON, which every XGBoost from 1.6 on reads under any file name.
"""
import logging
import os
import signal

from . import contract
from .contract import UserError
from .hyperparameters import MAXIMIZED, validate
from .xgboost_data import content_type, read_channel
from .xgboost_metrics import CUSTOM, evaluation

log = logging.getLogger("telar")

# Hyperparameters for the container; all others are XGBoost's own.
CONTAINER = ("num_round", "csv_weights", "early_stopping_rounds", "_tuning_objective_metric", "save_model_on_termination", "eval_metric")

# What XGBoost says when the data, not the algorithm, is wrong.
CUSTOMER_ERRORS = (
    "label must be in [0,1] for logistic regression",
    "label must be in [0, num_class)",
    "Target is multiclass but average='binary'",
    "feature_names mismatch",
    "the dataset only contains pos or neg samples",
    "base_score must be in (0,1)",
    "label must be nonnegative",
    "Parameter reg_lambda should be greater equal to 0",
)


def check_channels(channels):
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    for name, channel in channels.items():
        if name not in ("train", "validation", "code"):
            raise UserError("Extraneous channel found: %s" % name)
        if channel.get("TrainingInputMode", "File") == "Pipe":
            raise UserError("Channel %s asks for Pipe mode, which Telar does not offer: use File mode." % name)


def wanted_metrics(values):
    metrics = list(values.get("eval_metric", []))
    tuned = values.get("_tuning_objective_metric")
    if tuned and tuned.split(":")[1] not in metrics:
        metrics = sorted(set(metrics + [tuned.split(":")[1]]))
    return metrics


def parameters_for_xgboost(values, metrics):
    parameters = {"seed": 0}
    for name, value in values.items():
        if name in CONTAINER:
            continue
        if name == "updater":
            value = ",".join(value)
        parameters[name] = str(value) if isinstance(value, (list, tuple)) else value
    native = [name for name in metrics if name not in CUSTOM]
    if native:
        parameters["eval_metric"] = native
    elif metrics:
        parameters["disable_default_eval_metric"] = 1
    return parameters


def log_line(epoch, history):
    """`[3]\ttrain-logloss:0.21434\tvalidation-logloss:0.23001`, as XGBoost and AWS's container print it."""
    scores = ["%s-%s:%.5f" % (data, name, values[-1]) for data, metrics in history.items() for name, values in metrics.items()]
    return "\t".join(["[%d]" % epoch, *scores])


def early_stopping(xgboost, values, metrics, last_data):
    """Watches the last metric on the validation data (or the training data, where there is no other)."""
    rounds = values.get("early_stopping_rounds")
    if not rounds:
        return None
    metric = metrics[-1] if metrics else None
    maximize = metric.split("@")[0] in MAXIMIZED if metric else None
    return xgboost.callback.EarlyStopping(rounds=rounds, data_name=last_data, metric_name=metric, maximize=maximize, save_best=True)


def each_round(xgboost, early):
    """One callback for all that happens after a round, since XGBoost calls several in no certain order.

    Also answers SIGTERM: training ends after the round that runs. Returns (callback, list of the signals that came).
    """
    told = []
    signal.signal(signal.SIGTERM, lambda signum, frame: told.append(signum))

    class EachRound(xgboost.callback.TrainingCallback):
        def before_training(self, model):
            return early.before_training(model) if early else model

        def after_iteration(self, model, epoch, evals_log):
            print(log_line(epoch, evals_log), flush=True)
            enough = early.after_iteration(model, epoch, evals_log) if early else False
            return enough or bool(told)

        def after_training(self, model):
            return early.after_training(model) if early else model

    return EachRound(), told


def save(booster):
    os.makedirs(contract.MODEL, exist_ok=True)
    path = os.path.join(contract.MODEL, "xgboost-model")
    booster.save_model(path + ".ubj")
    os.replace(path + ".ubj", path)
    log.info("Stored trained model at %s", path)


def matrices(channels, values):
    """Training data, and validation data where there is any."""
    kind = content_type(channels["train"].get("ContentType"))
    train = read_channel(contract.channel_path("train"), kind, values.get("csv_weights", 0))
    if train is None:
        raise UserError("No data in training channel path %s" % contract.channel_path("train"))
    validation = None
    if "validation" in channels:
        validation = read_channel(contract.channel_path("validation"), kind)
        if validation is None:
            raise UserError("No data in validation channel path %s" % contract.channel_path("validation"))
    return train, validation


def run(raw, settings):
    log.info("Running XGBoost Sagemaker in algorithm mode")
    if len(settings["hosts"]) > 1:
        raise UserError("This job asks for %d instances: Telar's XGBoost trains on one." % len(settings["hosts"]))
    values = validate(raw)
    channels = settings["input_data_config"]
    check_channels(channels)
    import xgboost  # half a second: not before the cheap checks

    train, validation = matrices(channels, values)
    log.info("Single node training.")
    log.info("Train matrix has %d rows and %d columns", train.num_row(), train.num_col())
    watched = [(train, "train")]
    if validation is not None:
        log.info("Validation matrix has %d rows", validation.num_row())
        watched.append((validation, "validation"))

    metrics = wanted_metrics(values)
    callback, told = each_round(xgboost, early_stopping(xgboost, values, metrics, watched[-1][1]))
    objective = values.get("objective", "reg:squarederror")
    try:
        booster = xgboost.train(
            parameters_for_xgboost(values, metrics),
            train,
            num_boost_round=values["num_round"],
            evals=watched,
            custom_metric=evaluation(metrics, objective),
            callbacks=[callback],
            verbose_eval=False,
        )
    except (xgboost.core.XGBoostError, ValueError) as error:
        from .xgboost_data import without_stack

        said = without_stack(error)
        if any(text in said for text in CUSTOMER_ERRORS):
            raise UserError(said)
        raise RuntimeError("XGB train call failed with exception:\n %s" % said)
    if told and values.get("save_model_on_termination") != "true":
        log.info("Training was stopped; hyperparameter save_model_on_termination is not set, so that no model is saved.")
        return 0
    save(booster)
    return 0
