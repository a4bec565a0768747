"""Arrays from text or bytes."""
from telar_runtime.codecs import decode  # noqa: F401
