"""Selectable inference: SAGEMAKER_INFERENCE_OUTPUT names what each prediction tells, for the objectives AWS lists.

https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-metrics-validation.html names the keys; what does not fit the
objective is told as nan.
"""
import json
import logging

log = logging.getLogger("telar")
NAN = float("nan")

CLASSES = ("predicted_label", "labels", "raw_score", "raw_scores")
PROBABILITIES = (*CLASSES, "probability", "probabilities")
SCORE = ("predicted_score",)
KEYS = {
    "reg:squarederror": SCORE,
    "reg:logistic": SCORE,
    "reg:gamma": SCORE,
    "reg:tweedie": SCORE,
    "reg:absoluteerror": SCORE,
    "binary:logistic": PROBABILITIES,
    "binary:logitraw": CLASSES,
    "binary:hinge": CLASSES,
    "multi:softmax": CLASSES,
    "multi:softprob": PROBABILITIES,
}


def label(objective, value):
    if objective == "multi:softprob":
        return int(value.argmax())
    if objective == "binary:logistic":
        return int(value > 0.5)
    if objective == "binary:logitraw":
        return int(value > 0)
    return value.item()


def score(objective, value):
    return value.max().item() if objective == "multi:softprob" else value.item()


def scores(objective, value):
    if objective == "multi:softprob":
        return value.tolist()
    return [1.0 - value.item(), value.item()]


class Selection:
    def __init__(self, wanted, booster):
        self.keys = wanted.replace(" ", "").lower().split(",")
        learner = json.loads(booster.save_config())["learner"]
        self.objective = learner["objective"]["name"]
        self.classes = int(learner["learner_model_param"].get("num_class", "0") or 0)
        if self.objective not in KEYS:
            raise ValueError("Objective `%s` unsupported for selectable inference predictions." % self.objective)
        unfit = [key for key in self.keys if key not in KEYS[self.objective]]
        if unfit:
            log.warning("Selected key(s) %s do not fit objective '%s', which has: %s.", unfit, self.objective, list(KEYS[self.objective]))

    def value(self, key, prediction):
        if key not in KEYS[self.objective]:
            return NAN
        if key == "predicted_score":
            return prediction.item()
        if key == "predicted_label":
            return label(self.objective, prediction)
        if key == "labels":
            return list(range(self.classes)) if self.objective.startswith("multi:") else [0, 1]
        if key in ("probability", "raw_score"):
            return score(self.objective, prediction)
        return scores(self.objective, prediction)

    def encode(self, predictions, accept, batch):
        rows = [{key: self.value(key, prediction) for key in self.keys} for prediction in predictions]
        if accept == "application/json":
            return json.dumps({"predictions": rows})
        if accept == "application/jsonlines":
            return "".join(json.dumps(row) + "\n" for row in rows)
        lines = [",".join('"%s"' % row[key] if isinstance(row[key], list) else str(row[key]) for key in self.keys) for row in rows]
        return "\n".join(lines) + ("\n" if batch else "")
