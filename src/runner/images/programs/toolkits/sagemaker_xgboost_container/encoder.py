"""Payloads as DMatrix."""
from telar_runtime.xgboost_codecs import (  # noqa: F401
    csv_to_dmatrix,
    decode,
    libsvm_to_dmatrix,
    recordio_protobuf_to_dmatrix,
)
