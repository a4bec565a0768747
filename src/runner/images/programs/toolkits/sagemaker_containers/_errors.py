"""Errors that choose the answer's status."""
from telar_runtime.errors import ClientError, UnsupportedFormatError  # noqa: F401
