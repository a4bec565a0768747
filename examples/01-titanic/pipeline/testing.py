"""For the tests of the two jobs: run one with its files in a temporary folder."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from unittest import mock

import job

HERE = Path(__file__).resolve().parent


def run_as_process(
    script: str, arguments: Sequence[str], root: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """As a job runs it. Half a second and more, most of it for importing pandas."""
    command = [sys.executable, str(HERE / script), *arguments]
    whole = {**os.environ, **(environment or {}), "ML_ROOT": str(root)}
    return subprocess.run(command, env=whole, capture_output=True, text=True, check=False)


def run_here(script: ModuleType, arguments: Sequence[str], root: Path) -> subprocess.CompletedProcess[str]:
    """The same, its exit status and its output too, but in this process, where pandas is imported already."""
    out, err = io.StringIO(), io.StringIO()
    command = [str(script.__file__), *arguments]
    status = 0
    with (
        mock.patch.object(sys, "argv", command),
        mock.patch.dict(os.environ, {"ML_ROOT": str(root)}),
        mock.patch.object(logging.getLogger(), "handlers", []),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            job.run(script.main)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except Exception:
            traceback.print_exc()
            status = 1
    return subprocess.CompletedProcess(command, status, out.getvalue(), err.getvalue())
