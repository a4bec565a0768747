"""Payloads of requests as DMatrix, as sagemaker-xgboost-container reads them: data only, no label."""
import csv
from email.message import Message

from .errors import UnsupportedFormatError

MANY = 100  # rows, from which another parser is worth its start
CSV, LIBSVM, RECORDIO = "text/csv", "text/libsvm", "application/x-recordio-protobuf"
TYPES = {
    "csv": CSV,
    "text/csv": CSV,
    "libsvm": LIBSVM,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "recordio-protobuf": RECORDIO,
    "application/x-recordio-protobuf": RECORDIO,
}


def media_type(text):
    header = Message()
    header["content-type"] = text.lower()
    return header.get_content_type() if "/" in text else text.lower().split(";")[0].strip()


def as_text(data):
    return data.decode("utf-8") if isinstance(data, (bytes, bytearray)) else data


def delimiter_of(line):
    try:
        found = csv.Sniffer().sniff(line[:512]).delimiter
    except csv.Error:
        return ","  # one column
    return "," if found.isalnum() or found in "._-+" else found


def csv_to_dmatrix(input, dtype=None):
    """Numbers; an empty field is a missing value."""
    import numpy
    import xgboost

    lines = as_text(input).strip().splitlines()
    first = lines[0] if lines else ""
    delimiter = "," if "," in first else delimiter_of(first)
    matrix = read_full(lines, delimiter) if len(lines) > MANY else None
    if matrix is None:
        matrix = numpy.array([[field.strip() or "nan" for field in line.split(delimiter)] for line in lines]).astype(dtype or float)
    return xgboost.DMatrix(matrix)


def read_full(lines, delimiter):
    """Many rows by numpy's own parser; None where a field is empty or no number, which the slow way reads or names."""
    import numpy

    try:
        found = numpy.loadtxt(lines, delimiter=delimiter, comments=None, ndmin=2)
        return found if len(found) == len(lines) else None
    except ValueError:
        return None


def libsvm_to_dmatrix(string_like):
    """`[label] index:value …` lines; what has no colon is passed over."""
    import numpy
    import xgboost
    from scipy.sparse import csr_matrix

    indices, values, ends = [], [], [0]
    for line in as_text(string_like).strip().splitlines():
        for item in line.split():
            index, colon, value = item.partition(":")
            if colon and index != "qid":
                if int(index) < 0:
                    raise ValueError("Index %s is negative." % index)
                indices.append(int(index))
                values.append(float(value))
        ends.append(len(indices))
    if not indices:
        raise ValueError("There is no index:value pair.")
    columns = max(indices) + 1
    matrix = csr_matrix((numpy.array(values), numpy.array(indices), numpy.array(ends)), shape=(len(ends) - 1, columns))
    return xgboost.DMatrix(matrix)


def recordio_protobuf_to_dmatrix(string_like):
    raise UnsupportedFormatError(RECORDIO + " (Telar's XGBoost reads text/csv and text/libsvm)")


DECODERS = {CSV: csv_to_dmatrix, LIBSVM: libsvm_to_dmatrix, RECORDIO: recordio_protobuf_to_dmatrix}


def decode(obj, content_type):
    """@raises UnsupportedFormatError"""
    kind = TYPES.get(media_type(content_type or ""))
    if kind is None:
        raise UnsupportedFormatError(content_type)
    return DECODERS[kind](obj)


def load_booster(path):
    """A model file in any of the formats that XGBoost has had in AWS's images; pickles last, they run code."""
    import pickle

    import xgboost

    booster = xgboost.Booster()
    try:
        booster.load_model(path)
        return booster
    except xgboost.core.XGBoostError as error:
        refusal = error
    try:
        with open(path, "rb") as file:
            found = pickle.load(file)
    except Exception as error:
        words = str(refusal).strip().splitlines()
        raise RuntimeError("Model at %s cannot be loaded:\n%s\n%s" % (path, error, words[0] if words else refusal))
    return found.get_booster() if hasattr(found, "get_booster") else found
