"""A channel's files as DMatrix."""
import os

from telar_training.xgboost_data import content_type as get_content_type  # noqa: F401
from telar_training.xgboost_data import read_channel


def get_dmatrix(data_path, content_type, csv_weights=0, is_pipe=False):
    """All files of a folder (or the one file) as one DMatrix; None when there is no data."""
    if is_pipe:
        raise ValueError("Pipe mode is not offered by Telar: use File mode.")
    folder = data_path if os.path.isdir(data_path) else os.path.dirname(data_path)
    return read_channel(folder, get_content_type(content_type), csv_weights)
