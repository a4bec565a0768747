"""The hyperparameters of the built-in XGBoost: names, types and ranges as AWS documents them, refused in its words.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
"""
import ast

from .contract import UserError

MAXIMIZED = (
    "accuracy auc aucpr balanced_accuracy f1 f1_binary f1_macro map ndcg pre precision precision_macro precision_micro r2 "
    "recall recall_macro recall_micro"
).split()
MINIMIZED = (
    "aft-nloglik cox-nloglik error gamma-deviance gamma-nloglik interval-regression-accuracy logloss mae mape merror "
    "mlogloss mphe mse poisson-nloglik rmse rmsle tweedie-nloglik"
).split()
METRICS = MAXIMIZED + MINIMIZED
ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}


class Interval:
    """A range of numbers, printed as AWS prints it: `[0, 1]`, `(0, +inf)`."""

    def __init__(self, text):
        self.text = text
        low, high = text[1:-1].split(",")
        self.low, self.high = float(low), float(high)
        self.low_open, self.high_open = text[0] == "(", text[-1] == ")"

    def __contains__(self, value):
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    def __str__(self):
        return self.text


class Metrics:
    """eval_metric: a known name, or one with a threshold (`error@0.7`, `ndcg@3`)."""

    def __contains__(self, value):
        name, at, threshold = value.partition("@")
        if not at:
            return value in METRICS
        if name not in ("error", "ndcg", "map", "pre"):
            raise UserError(
                "Metric '%s' is not supported. Parameter 'eval_metric' with customized threshold should be one of these "
                "options: 'error', 'ndcg', 'map'." % value
            )
        try:
            float(threshold.rstrip("-"))
        except ValueError:
            raise UserError("Threshold value 't' in '%s@t' expects float input." % name)
        return True

    def __str__(self):
        return str(METRICS)


def words(text):
    return text.split(",")


FRACTION = Interval("[0, 1]")
SHARE = Interval("(0, 1]")
NATURAL = Interval("[0, +inf)")
POSITIVE = Interval("[1, +inf)")
ANY = Interval("(-inf, +inf)")
BOOLEAN = ["true", "false"]
OBJECTIVES = (
    "binary:logistic binary:logitraw binary:hinge count:poisson multi:softmax multi:softprob rank:pairwise rank:ndcg rank:map "
    "reg:absoluteerror reg:linear reg:squarederror reg:logistic reg:gamma reg:pseudohubererror reg:squaredlogerror reg:tweedie "
    "survival:aft survival:cox"
).split()
UPDATERS = (
    "grow_colmaker distcol grow_histmaker grow_local_histmaker grow_skmaker grow_quantile_histmaker sync refresh prune shotgun "
    "coord_descent"
).split()

# Name → (how to read it, what it may be). Lists are checked word by word.
TABLE = {
    "num_round": (int, POSITIVE),
    "csv_weights": (int, FRACTION),
    "early_stopping_rounds": (int, POSITIVE),
    "booster": (str, ["gbtree", "gblinear", "dart"]),
    "verbosity": (int, Interval("[0, 3]")),
    "nthread": (int, POSITIVE),
    "eta": (float, FRACTION),
    "gamma": (float, NATURAL),
    "max_depth": (int, NATURAL),
    "min_child_weight": (float, NATURAL),
    "max_delta_step": (float, NATURAL),
    "subsample": (float, SHARE),
    "colsample_bytree": (float, SHARE),
    "colsample_bylevel": (float, SHARE),
    "colsample_bynode": (float, SHARE),
    "lambda": (float, NATURAL),
    "alpha": (float, NATURAL),
    "tree_method": (str, ["auto", "exact", "approx", "hist"]),
    "sketch_eps": (float, Interval("(0, 1)")),
    "scale_pos_weight": (float, Interval("(0, +inf)")),
    "updater": (words, UPDATERS),
    "dsplit": (str, ["row", "col"]),
    "refresh_leaf": (int, FRACTION),
    "process_type": (str, ["default", "update"]),
    "grow_policy": (str, ["depthwise", "lossguide"]),
    "max_leaves": (int, NATURAL),
    "max_bin": (int, NATURAL),
    "max_cat_to_onehot": (int, POSITIVE),
    "predictor": (str, ["auto", "cpu_predictor"]),
    "monotone_constraints": (ast.literal_eval, [-1, 0, 1]),
    "interaction_constraints": (ast.literal_eval, NATURAL),
    "sample_type": (str, ["uniform", "weighted"]),
    "normalize_type": (str, ["tree", "forest"]),
    "rate_drop": (float, FRACTION),
    "one_drop": (int, FRACTION),
    "skip_drop": (float, FRACTION),
    "lambda_bias": (float, FRACTION),
    "tweedie_variance_power": (float, Interval("(1, 2)")),
    "objective": (str, OBJECTIVES),
    "num_class": (int, Interval("[2, +inf)")),
    "base_score": (float, ANY),
    "_tuning_objective_metric": (str, ["%s:%s" % (data, name) for data in ("train", "validation") for name in METRICS]),
    "eval_metric": (words, Metrics()),
    "seed": (int, Interval("(-2147483648, 2147483647)")),
    "num_parallel_tree": (int, POSITIVE),
    "save_model_on_termination": (str, BOOLEAN),
    "aft_loss_distribution": (str, ["normal", "logistic", "extreme"]),
    "aft_loss_distribution_scale": (float, NATURAL),
    "huber_slope": (float, ANY),
    "single_precision_histogram": (str, BOOLEAN),
    "deterministic_histogram": (str, BOOLEAN),
    "sampling_method": (str, ["uniform", "gradient_based"]),
}

# What AWS's container does and Telar's does not.
REFUSED = {
    "_kfold": "cross-validation inside one job",
    "_num_cv_round": "cross-validation inside one job",
    "use_dask_gpu_training": "training on GPUs",
}


def parse(name, text):
    read = TABLE[name][0]
    try:
        value = read(text)
    except (ValueError, SyntaxError, TypeError):
        raise UserError("Hyperparameter %s: could not parse value (caused by ValueError)" % name)
    return value


def flatten(value):
    for part in value:
        if isinstance(part, (list, tuple)):
            yield from flatten(part)
        else:
            yield part


def check_range(name, value):
    allowed = TABLE[name][1]
    if isinstance(value, (list, tuple)):
        if any(part not in allowed for part in flatten(value)):
            raise UserError("Hyperparameter %s: value %s not in range %s" % (name, value, allowed))
    elif value not in allowed:
        raise UserError("Hyperparameter %s: %s is not in %s" % (name, value, allowed))


def check_together(values):
    """Rules between hyperparameters."""
    objective = values.get("objective", "reg:squarederror")
    metrics = values.get("eval_metric", [])
    method = values.get("tree_method")
    if objective in ("multi:softmax", "multi:softprob") and "num_class" not in values:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    if "auc" in metrics and not objective.startswith(("binary:", "rank:", "multi:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
    if "monotone_constraints" in values and method not in ("exact", "hist"):
        raise UserError("monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'.")
    if "interaction_constraints" in values and method not in ("exact", "hist", "approx"):
        raise UserError(
            "interaction_constraints can be used only when the tree_method parameter is set to either 'exact', 'hist' or 'approx'."
        )
    if values.get("process_type") == "update" and any(u not in ("refresh", "prune") for u in values.get("updater", [])):
        raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")


def validate(raw):
    """Typed values from the job's strings. Raises UserError for the first that is wrong."""
    values = {}
    if "num_round" not in raw:
        raise UserError("Missing required hyperparameter: num_round")
    for given, text in raw.items():
        name = ALIASES.get(given, given)
        if name in REFUSED:
            raise UserError("Hyperparameter %s asks for %s, which Telar does not do." % (given, REFUSED[name]))
        if name not in TABLE:
            raise UserError("Extraneous hyperparameter found: %s" % given)
        values[name] = parse(name, text)
        check_range(name, values[name])
    check_together(values)
    return values
