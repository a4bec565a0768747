"""Stands before `python -m pip install -r FILE` in a job: what the file asks for comes from a layer, as a requirements.txt does.

P1. pip itself still runs, and decides: it finds the packages there, or installs what is missing into the job's own environment.
P2. Only a command that this file knows in full is helped: other options may mean another outcome.

Run by the job's environment (images/overlay.ts) when a Python starts as pip, before pip is imported.
"""
import logging
import os
import sys

from . import requirements
from .base import UserError
from .layers import Packages, image_packages, make_environment, overlay_folder, shared_layer, site_packages

log = logging.getLogger("telar")
# They do not change what is installed.
NEUTRAL = {"-q", "--quiet", "--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar=off", "--root-user-action=ignore"}


def requirements_file(command):
    """The one file that `python -m pip install -r FILE` names, or None."""
    if command[1:4] != ["-m", "pip", "install"]:
        return None
    words = [word for word in command[4:] if word not in NEUTRAL]
    return words[1] if len(words) == 2 and words[0] in ("-r", "--requirement") else None


def read(path):
    """As requirements.txt whatever its name: SDKs draw one for each job. None where the outcome cannot be shared."""
    root, name = os.path.split(os.path.abspath(path))
    wanted = requirements.read(root, name)
    if wanted is None or wanted.reason is not None:
        return None
    names = [name for name, _ in wanted.files[1:]]
    if "requirements.txt" in names:
        return None
    wanted.files[0] = ("requirements.txt", wanted.files[0][1])
    return wanted


def link_programs(layer):
    """What pip would have put on the PATH."""
    source, target = os.path.join(layer, "bin"), os.path.join(overlay_folder(), "bin")
    for name in os.listdir(source) if os.path.isdir(source) else []:
        if not os.path.lexists(os.path.join(target, name)):
            os.symlink(os.path.join(source, name), os.path.join(target, name))


def provide(command):
    path = requirements_file(command)
    if path is None or Packages().brings_any():
        return
    logging.basicConfig(level=logging.INFO, format="telar: %(message)s")
    try:
        wanted = read(path)
        layer = shared_layer(wanted) if wanted else None
    except UserError as problem:
        log.info("No layer of %s: %s", path, problem)
        return
    if layer:
        make_environment(overlay_folder(), [site_packages(layer), image_packages()])
        link_programs(layer)
        Packages(layer=layer).use_here()


provide(sys.orig_argv if hasattr(sys, "orig_argv") else [])
