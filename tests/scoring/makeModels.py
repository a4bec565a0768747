"""Records what the real library predicts: `python makeModels.py FOLDER` writes small models in every format that this version of
XGBoost has, and VERSION.json with the predictions of each for the rows of `rows()`. Run once for each version of XGBoost;
library.test.ts compares. The files in models/ were made so by XGBoost 1.2.1, 1.7.6, 3.0.5 and 3.1.2."""
import json
import os
import pickle
import sys

import numpy
import xgboost

VERSION = xgboost.__version__
MAJOR = tuple(int(part) for part in VERSION.split(".")[:2])
FEATURES = 5
PARALLEL = 2 if MAJOR >= (1, 4) else 1  # earlier models do not say how many trees a round has


def rows():
    """Some values missing, some on a threshold exactly (they are multiples of 1/8), some far out."""
    random = numpy.random.RandomState(7)
    made = numpy.round(random.normal(size=(40, FEATURES)) * 8) / 8
    made[random.uniform(size=made.shape) < 0.15] = numpy.nan
    made[0] = [1e30, -1e30, 0.0, -0.0, 1e-40]
    return made.astype("float32")


def training(kind):
    random = numpy.random.RandomState(1)
    x = numpy.round(random.normal(size=(300, FEATURES)) * 8) / 8
    x[random.uniform(size=x.shape) < 0.1] = numpy.nan
    signal = numpy.nansum(x[:, :3], axis=1) + random.normal(size=300) * 0.3
    if kind == "class":
        return x, (signal > 0.4).astype(int)
    if kind == "classes":
        return x, numpy.digitize(signal, [-1, 1])
    if kind == "count":
        return x, numpy.round(numpy.exp(signal / 3))
    if kind == "unit":
        return x, 1 / (1 + numpy.exp(-signal))
    if kind == "positive":
        return x, numpy.exp(signal / 2) + 0.1
    if kind == "rank":
        return x, numpy.digitize(signal, [-1, 0, 1])
    return x, signal


# name: (objective, kind of label, further parameters)
MODELS = {
    "squarederror": ("reg:squarederror", "real", {}),
    "base-score": ("reg:squarederror", "real", {"base_score": 7.25}),
    "logistic": ("binary:logistic", "class", {}),
    "logistic-base": ("binary:logistic", "class", {"base_score": 0.2}),
    "reg-logistic": ("reg:logistic", "unit", {}),
    "logitraw": ("binary:logitraw", "class", {"base_score": 0.3}),
    "hinge": ("binary:hinge", "class", {}),
    "softprob": ("multi:softprob", "classes", {"num_class": 3}),
    "softmax": ("multi:softmax", "classes", {"num_class": 3, "base_score": 0.25}),
    "poisson": ("count:poisson", "count", {}),
    "gamma": ("reg:gamma", "positive", {"base_score": 2.0}),
    "tweedie": ("reg:tweedie", "positive", {}),
    "squaredlogerror": ("reg:squaredlogerror", "positive", {}),
    "pseudohuber": ("reg:pseudohubererror", "real", {}),
    "cox": ("survival:cox", "positive", {}),
    "pairwise": ("rank:pairwise", "rank", {}),
    "ndcg": ("rank:ndcg", "rank", {}),
    "dart": ("binary:logistic", "class", {"booster": "dart", "rate_drop": 0.5, "one_drop": 1, "seed": 3}),
    "forest": ("multi:softprob", "classes", {"num_class": 3, "num_parallel_tree": 2, "subsample": 0.7, "colsample_bynode": 0.7}),
    "linear": ("binary:logistic", "class", {"booster": "gblinear"}),
    "linear-classes": ("multi:softprob", "classes", {"num_class": 3, "booster": "gblinear"}),
    "lossguide": ("reg:squarederror", "real", {"tree_method": "hist", "grow_policy": "lossguide", "max_depth": 0, "max_leaves": 12}),
    "deep": ("reg:squarederror", "real", {"max_depth": 11, "min_child_weight": 0}),
    "stump": ("binary:logistic", "class", {"max_depth": 1}),
    "leaf": ("reg:squarederror", "real", {"gamma": 1e9}),
}
if MAJOR >= (2, 0):
    MODELS["absoluteerror"] = ("reg:absoluteerror", "real", {})
    MODELS["quantile"] = ("reg:quantileerror", "real", {"quantile_alpha": [0.1, 0.9]})


def train(name):
    objective, kind, more = MODELS[name]
    x, y = training(kind)
    matrix = xgboost.DMatrix(x, y)
    if objective.startswith("rank:"):
        matrix.set_group([60] * 5)
    parameters = {"objective": objective, "max_depth": 3, "eta": 0.4, "nthread": 1, "verbosity": 0, **more}
    return xgboost.train(parameters, matrix, num_boost_round=4, verbose_eval=False)


def stopped_early():
    x, y = training("class")
    parameters = {"objective": "binary:logistic", "max_depth": 4, "eta": 1.5, "nthread": 1, "verbosity": 0, "num_parallel_tree": PARALLEL, "subsample": 0.6}
    found = xgboost.train(
        parameters, xgboost.DMatrix(x[:150], y[:150]), 30, evals=[(xgboost.DMatrix(x[150:], y[150:]), "v")], early_stopping_rounds=3, verbose_eval=False
    )
    assert found.attr("best_iteration") is not None
    return found


def predict(booster):
    """As Telar's and AWS's serving do: the trees that early stopping chose, without looking at the features' names."""
    best, more = booster.attr("best_iteration"), {}
    if best is not None:
        more = {"ntree_limit": int(best) + 1} if MAJOR < (1, 4) else {"iteration_range": (0, int(best) + 1)}
    return booster.predict(xgboost.DMatrix(rows()), validate_features=False, **more).tolist()


def main(folder):
    cases = {}

    def record(file, booster, write):
        name = "%s-%s" % (VERSION, file)
        write(os.path.join(folder, name))
        cases[name] = predict(booster)

    every = {name: train(name) for name in MODELS}
    every["early"] = stopped_early()
    for name, booster in every.items():
        if MAJOR < (3, 1):
            # Without an ending it is the format of the time: binary up to 2.0, then UBJ.
            record(name, booster, booster.save_model)
        else:
            record(name + ".ubj", booster, booster.save_model)
    some = ["squarederror", "softprob", "dart", "linear", "early"]
    for name in some:
        record(name + ".json", every[name], every[name].save_model)
        if MAJOR[0] == 1 and MAJOR >= (1, 6):
            record(name + ".ubj", every[name], every[name].save_model)
        for protocol in (2, 4, 5) if name == "early" else [4]:
            dump = lambda path: pickle.dump(every[name], open(path, "wb"), protocol=protocol)  # noqa: E731
            record("%s.p%d.pkl" % (name, protocol), every[name], dump)
    try:
        import joblib

        x, y = training("classes")
        classifier = xgboost.XGBClassifier(n_estimators=3, max_depth=2, n_jobs=1).fit(x, y)
        record("classifier.joblib.pkl", classifier.get_booster(), lambda path: joblib.dump(classifier, path))
        x, y = training("real")
        regressor = xgboost.XGBRegressor(n_estimators=3, max_depth=2, n_jobs=1, monotone_constraints=(1, 0, 0, 0, 0)).fit(x, y)
        record("regressor.pkl", regressor.get_booster(), lambda path: pickle.dump(regressor, open(path, "wb")))
        record("regressor.joblib.pkl", regressor.get_booster(), lambda path: joblib.dump(regressor, path))
    except ImportError:
        pass
    text = [[None if numpy.isnan(value) else float(value) for value in row] for row in rows()]
    with open(os.path.join(folder, "rows.json"), "w") as file:
        json.dump(text, file)
    with open(os.path.join(folder, VERSION + ".json"), "w") as file:
        json.dump(cases, file)


main(sys.argv[1])
