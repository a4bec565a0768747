"""Makes a layer, in a job of its own (see layers.ts): requirements in /opt/ml/input/layer, the outcome in /opt/ml/layer.

Installing runs the packages' own code (setup.py): all it can write to is this job's folder.
"""
import os
import subprocess
import sys

from .base import BASE
from .layers import image_packages, make_environment, pip_command, site_packages

SOURCE = os.path.join(BASE, "input", "layer")
TARGET = os.path.join(BASE, "layer")


def relocate_scripts(folder):
    """Scripts name the interpreter of the folder they were installed into, which is not where they will be."""
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.islink(path) or not os.path.isfile(path):
            continue
        with open(path, "rb") as file:
            content = file.read()
        if content.startswith(b"#!" + TARGET.encode()):
            with open(path, "wb") as file:
                file.write(b"#!/usr/bin/env python3" + content[content.index(b"\n") :])


def main():
    """pip's own exit status."""
    python = make_environment(TARGET, [image_packages()])
    command = pip_command(python, ["--no-cache-dir", "--no-compile", "-r", os.path.join(SOURCE, "requirements.txt")])
    status = subprocess.run(command, cwd=SOURCE).returncode
    if status != 0:
        return status
    for name in ("python", "python3", "pip", "pip3"):
        os.remove(os.path.join(TARGET, "bin", name))
    os.remove(os.path.join(TARGET, "pyvenv.cfg"))
    os.remove(os.path.join(site_packages(TARGET), "telar.pth"))
    relocate_scripts(os.path.join(TARGET, "bin"))
    # Some files compile on no version: the status says nothing.
    subprocess.run([sys.executable, "-m", "compileall", "-q", "-x", "/tests?/", site_packages(TARGET)])
    return 0
