"""The peer of transform.bench.ts, and its data. `make FOLDER ROWS`: a model and a table. `score MODEL INPUT OUTPUT`: what a
script would do with them; prints the seconds of that work, its imports not counted, and the memory that it took at most."""
import json
import resource
import sys
import time

import numpy
import pandas
import xgboost


def make(folder, rows):
    random = numpy.random.RandomState(0)
    x = random.normal(size=(int(rows), 8)).astype("float32")
    y = ((x[:, 0] * x[:, 1] + x[:, 2] + random.normal(size=len(x)) * 0.5) > 0).astype(int)
    some = slice(0, 50_000)
    model = xgboost.train({"objective": "binary:logistic", "max_depth": 5, "eta": 0.1}, xgboost.DMatrix(x[some], y[some]), 200)
    model.save_model(folder + "/model.ubj")
    pandas.DataFrame(x).round(6).to_csv(folder + "/rows.csv", index=False, header=False)


def score(model, source, target):
    before = memory()
    started = time.perf_counter()
    booster = xgboost.Booster()
    booster.load_model(model)
    table = pandas.read_csv(source, header=None)
    predictions = booster.predict(xgboost.DMatrix(table), validate_features=False)
    pandas.DataFrame(predictions).to_csv(target, index=False, header=False)
    print(json.dumps({"seconds": time.perf_counter() - started, "megabytes": memory() - before}))


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


{"make": make, "score": score}[sys.argv[1]](*sys.argv[2:])
