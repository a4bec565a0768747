"""A Glue run's files: what is staged below /opt/ml for it, and what it leaves there.

    config/glue.json        what is to run (services/glue/plan.ts writes it)
    glue/script             the script
    glue/modules            wheels that --additional-python-modules names
    glue/libraries/N        each of --extra-py-files, in its order
    glue/files/N            each of --extra-files
    errors.log              what the run writes as its errors: the log group …/error
    output/failure          what the script raised: the run's ErrorMessage
"""
import json
import os
import sys

from telar_runtime.base import BASE, TOOLKITS, UserError  # noqa: F401

FOLDER = os.path.join(BASE, "glue")
MODULES = os.path.join(FOLDER, "modules")
ERRORS = os.path.join(BASE, "errors.log")
OUTPUT = os.path.join(BASE, "output")
PROGRAMS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def settings():
    with open(os.path.join(BASE, "config", "glue.json"), encoding="utf-8") as file:
        return json.load(file)


def staged(kind):
    """The files of a list of addresses, in its order."""
    root = os.path.join(FOLDER, kind)
    numbers = sorted(os.listdir(root), key=int) if os.path.isdir(root) else []
    return [os.path.join(root, number, name) for number in numbers for name in os.listdir(os.path.join(root, number))]


def write_failure(text):
    os.makedirs(OUTPUT, exist_ok=True)
    with open(os.path.join(OUTPUT, "failure"), "w", encoding="utf-8", errors="replace") as file:
        file.write(text)


def keep_errors_apart():
    """From here on, what is written as errors goes into a file of its own."""
    sys.stderr.flush()
    file = os.open(ERRORS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(file, 2)
    os.close(file)
