"""What every job of this pipeline shares: where its folders are, how it logs, how it fails.

SageMaker gives a job its files under /opt/ml. ML_ROOT moves that root, so that a test can run the
same script in a temporary folder.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

MESSAGE_LIMIT = 1000  # SageMaker keeps the first kilobyte of the message as the job's ExitMessage.


class JobError(Exception):
    """A failure the user can act on: what happened, to which thing, and what to do next."""


def ml_root() -> Path:
    """The folder that SageMaker mounts into the container."""
    return Path(os.environ.get("ML_ROOT", "/opt/ml"))


def run(main: Callable[[Sequence[str] | None], None]) -> None:
    """Run `main` as the job: plain log lines on stdout, exit 0, or exit 1 with one clear message.

    The message of a JobError also goes to /opt/ml/output/message, which SageMaker shows as the
    job's ExitMessage. Any other exception keeps its traceback: it is a defect, not a user's error.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        main(None)
    except JobError as error:
        logging.error("ERROR: %s", error)
        _leave_message(str(error))
        sys.exit(1)


def _leave_message(message: str) -> None:
    path = ml_root() / "output" / "message"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(message[:MESSAGE_LIMIT], encoding="utf-8")
    except OSError as error:  # The log already holds the message; the exit status must stay 1.
        logging.error("(the message could not be written to %s: %s)", path, error)
