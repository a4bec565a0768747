"""Arrays to text or bytes."""
from telar_runtime.codecs import encode  # noqa: F401
