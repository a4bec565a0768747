"""Arrays from and to CSV, JSON and NPY, as sagemaker-containers' encoders do it.

N1. NPY with pickled objects is refused: a request must not be able to run code.
"""
import csv
import io
import json

from .errors import ClientError, UnsupportedFormatError

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
ANY = "*/*"
UTF8_TYPES = (JSON, CSV)


def csv_to_numpy(string_like, dtype=None):
    """Rows of text; one row, or one column, loses its dimension. Texts that are no numbers stay texts, without a dtype."""
    import numpy

    try:
        rows = list(csv.reader(io.StringIO(string_like), delimiter=",", quotechar='"', doublequote=True, strict=True))
        array = numpy.array(rows)
    except (csv.Error, ValueError) as error:
        raise ClientError("Error while decoding csv: %s" % error)
    array = array.squeeze()
    try:
        return array.astype(dtype)
    except ValueError as error:
        if dtype is not None:
            raise ClientError("Error while writing numpy array: %s. dtype is: %s" % (error, dtype))
        return array


def json_to_numpy(string_like, dtype=None):
    import numpy

    return numpy.array(json.loads(string_like), dtype=dtype)


def npy_to_numpy(npy_array):
    import numpy

    return numpy.load(io.BytesIO(npy_array), allow_pickle=False)


def array_to_csv(array_like):
    import numpy

    array = numpy.array(array_like)
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n", delimiter=",", quotechar='"', doublequote=True, strict=True).writerows(array)
    return stream.getvalue()


def plain(value):
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError("%s is not JSON serializable" % type(value).__name__)


def array_to_json(array_like):
    return json.dumps(array_like, default=plain)


def array_to_npy(array_like):
    import numpy

    buffer = io.BytesIO()
    numpy.save(buffer, array_like)
    return buffer.getvalue()


DECODERS = {NPY: npy_to_numpy, CSV: csv_to_numpy, JSON: json_to_numpy}
ENCODERS = {NPY: array_to_npy, CSV: array_to_csv, JSON: array_to_json}


def decode(obj, content_type):
    """@raises UnsupportedFormatError"""
    if content_type not in DECODERS:
        raise UnsupportedFormatError(content_type)
    return DECODERS[content_type](obj)


def encode(array_like, content_type):
    """@raises UnsupportedFormatError"""
    if content_type not in ENCODERS:
        raise UnsupportedFormatError(content_type)
    return ENCODERS[content_type](array_like)
