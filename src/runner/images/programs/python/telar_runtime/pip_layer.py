"""Stands before `python -m pip install -r FILE` in a job: what the file asks for comes from a layer, as a requirements.txt does.

P1. pip itself still runs, and decides: it finds the packages there, or installs what is missing into the job's own environment.
P2. Only a command that this file knows in full is helped: other options may mean another outcome.
P3. Pythons that run already, such as the script that calls pip, find the packages as well: the layer appears behind a folder
    that is on their path from the beginning (SLOT).

Run by the job's environment (images/overlay.ts) when a Python starts as pip, before pip is imported.
"""
import logging
import os
import sys

from . import requirements
from .base import UserError
from .layers import overlay_folder, shared_layer, site_packages

log = logging.getLogger("telar")
# A link, to an empty folder until there is a layer; images/overlay.ts makes both.
SLOT, EMPTY = "layer", "no-layer"
# They do not change what is installed; or, as --upgrade does, only what pip then does with what it finds.
NEUTRAL = {"-q", "--quiet", "-U", "--upgrade", "--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar=off"}
NEUTRAL |= {"--root-user-action=ignore"}


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


def fill(layer):
    slot = os.path.join(overlay_folder(), SLOT)
    partial = "%s.%d" % (slot, os.getpid())
    os.symlink(site_packages(layer), partial)
    os.replace(partial, slot)


def slot_is_free():
    try:
        return os.readlink(os.path.join(overlay_folder(), SLOT)) == EMPTY
    except OSError:
        return False


def provide(command):
    path = requirements_file(command)
    if path is None or not slot_is_free():
        return
    logging.basicConfig(level=logging.INFO, format="telar: %(message)s")
    try:
        wanted = read(path)
        layer = shared_layer(wanted) if wanted else None
    except UserError as problem:
        log.info("No layer of %s: %s", path, problem)
        return
    if layer:
        fill(layer)
        link_programs(layer)


provide(sys.orig_argv if hasattr(sys, "orig_argv") else [])
