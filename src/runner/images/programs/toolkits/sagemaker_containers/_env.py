"""Where the container's files are."""
import os

from telar_runtime.base import BASE as base_dir
from telar_runtime.base import CODE as code_dir  # noqa: F401
from telar_runtime.base import MODEL as model_dir  # noqa: F401

input_dir = os.path.join(base_dir, "input")
output_dir = os.path.join(base_dir, "output")
output_data_dir = os.path.join(output_dir, "data")
