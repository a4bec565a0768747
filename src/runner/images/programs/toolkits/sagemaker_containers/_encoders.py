"""Arrays from and to bytes."""
from telar_runtime.codecs import (  # noqa: F401
    array_to_csv,
    array_to_json,
    array_to_npy,
    csv_to_numpy,
    decode,
    encode,
    json_to_numpy,
    npy_to_numpy,
)
