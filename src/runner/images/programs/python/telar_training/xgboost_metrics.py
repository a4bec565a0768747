"""The metrics that AWS's container adds to XGBoost's own: computed by scikit-learn on predicted classes."""


def _averaged(name, average):
    def metric(labels, predicted):
        from sklearn import metrics

        return getattr(metrics, name)(labels, predicted, average=average)

    return metric


def _plain(name):
    def metric(labels, predicted):
        from sklearn import metrics

        return getattr(metrics, name)(labels, predicted)

    return metric


CLASSIFICATION = {
    "accuracy": _plain("accuracy_score"),
    "balanced_accuracy": _plain("balanced_accuracy_score"),
    "f1": _averaged("f1_score", "macro"),
    "f1_binary": _averaged("f1_score", "binary"),
    "f1_macro": _averaged("f1_score", "macro"),
    "precision": _averaged("precision_score", "binary"),
    "precision_macro": _averaged("precision_score", "macro"),
    "precision_micro": _averaged("precision_score", "micro"),
    "recall": _averaged("recall_score", "binary"),
    "recall_macro": _averaged("recall_score", "macro"),
    "recall_micro": _averaged("recall_score", "micro"),
}
REGRESSION = {"mse": _plain("mean_squared_error"), "r2": _plain("r2_score")}
CUSTOM = {**CLASSIFICATION, **REGRESSION}


def classes(predictions, objective):
    """Class numbers from what the objective predicts."""
    if predictions.ndim > 1:
        return predictions.argmax(axis=-1)
    if objective.startswith("multi:"):
        return predictions
    return (predictions > (0.0 if objective == "binary:logitraw" else 0.5)).astype(int)


def evaluation(names, objective):
    """A custom_metric for xgboost.train, or None when no such metric is asked for."""
    chosen = [name for name in names if name in CUSTOM]
    if not chosen:
        return None

    def evaluate(predictions, matrix):
        labels = matrix.get_label()
        found = []
        for name in chosen:
            predicted = classes(predictions, objective) if name in CLASSIFICATION else predictions
            found.append((name, float(CUSTOM[name](labels, predicted))))
        return found

    return evaluate
