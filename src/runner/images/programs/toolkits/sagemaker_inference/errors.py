"""Errors that choose the answer's status."""
from telar_runtime.errors import (  # noqa: F401
    BaseInferenceToolkitError,
    GenericInferenceToolkitError,
    UnsupportedFormatError,
)
