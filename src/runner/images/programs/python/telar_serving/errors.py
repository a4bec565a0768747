"""Answers that are not a prediction."""
import json
import traceback


class InferenceError(Exception):
    """An answer with this status and text, in place of a prediction."""

    content_type = "text/plain; charset=utf-8"

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status
        self.text = text


class FormatRefused(InferenceError):
    """As sagemaker-containers tells an unsupported format: a JSON object with the trace."""

    content_type = "application/json"

    def __init__(self, status, error):
        super().__init__(status, str(error))
        self.text = json.dumps({"error": type(error).__name__, "error-message": str(error), "stack-trace": traceback.format_exc()})
