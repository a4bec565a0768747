"""Packages over the image's own: layers that jobs share, and what is installed for one job alone.

L1. A shared layer is made outside of any job, and jobs see it read-only: what one job does cannot reach another. A job asks
    for one by a file; the runner (layers.ts) answers by making it appear, or with the reason why not.
L2. Whatever a job installs by itself goes into its own overlay: a virtual environment in its temporary folder that sees the
    layer and, below it, the image. Versions found there already are not installed again; other versions shadow them.
"""
import base64
import json
import logging
import os
import secrets
import shlex
import subprocess
import sys
import tempfile
import time

from . import requirements
from .base import CODE, UserError

log = logging.getLogger("telar")
POLL_SECONDS = 0.05


def site_packages(prefix):
    return os.path.join(prefix, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")


def overlay_folder():
    return os.path.join(tempfile.gettempdir(), ".telar", "python")


def write_whole(path, text):
    with open(path + ".partial", "w") as file:
        file.write(text)
    os.replace(path + ".partial", path)


def image_packages():
    """The site-packages of the image, also when this process runs in an overlay over it."""
    found = [path for path in sys.path if os.path.basename(path) == "site-packages" and os.path.exists(os.path.join(path, "pip"))]
    return found[-1] if found else site_packages(sys.prefix)


def make_environment(folder, below):
    """A virtual environment that sees the packages of the folders in `below`; the first of them wins."""
    base = getattr(sys, "_base_executable", sys.executable)
    binaries = os.path.join(folder, "bin")
    os.makedirs(binaries, exist_ok=True)
    os.makedirs(site_packages(folder), exist_ok=True)
    for name in ("python", "python3"):
        if not os.path.lexists(os.path.join(binaries, name)):
            os.symlink(base, os.path.join(binaries, name))
    for name in ("pip", "pip3"):
        path = os.path.join(binaries, name)
        if not os.path.lexists(path):
            write_whole(path, '#!/bin/sh\nexec %s -m pip "$@"\n' % shlex.quote(os.path.join(binaries, "python3")))
            os.chmod(path, 0o755)
    config = "home = %s\ninclude-system-site-packages = false\nversion = %s\n" % (os.path.dirname(base), sys.version.split()[0])
    write_whole(os.path.join(folder, "pyvenv.cfg"), config)
    write_whole(os.path.join(site_packages(folder), "telar.pth"), "".join(path + "\n" for path in below))
    return os.path.join(binaries, "python3")


def pip_command(python, arguments):
    return [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar=off", *arguments]


class Packages:
    """What the user's code runs with."""

    def __init__(self, python=None, layer=None):
        # The job's own environment, where the runner made one: there the script can install, and this process may not be in it.
        own = os.path.join(overlay_folder(), "bin", "python3")
        self.python = python or (own if os.path.exists(own) else sys.executable)
        self.layer = layer

    @property
    def binaries(self):
        """Folders for the head of PATH."""
        layer = [os.path.join(self.layer, "bin")] if self.layer else []
        return [os.path.dirname(self.python), *layer]

    def use_here(self):
        """Makes the packages importable in this very process, as a Python started anew would have them."""
        own = site_packages(overlay_folder())
        wanted = [path for path in (own, self.layer and site_packages(self.layer)) if path and os.path.isdir(path)]
        # Before the image's packages; after what came from PYTHONPATH, as in a new process.
        at = next((i for i, path in enumerate(sys.path) if path in (own, image_packages())), len(sys.path))
        for path in reversed(wanted):
            if path in sys.path:
                sys.path.remove(path)
            sys.path.insert(at, path)


def cached(key):
    """The folder of the shared layer, when it is there."""
    layers = os.environ.get("TELAR_LAYERS")
    folder = os.path.join(layers, key) if layers else None
    return os.path.join(folder, "python") if folder and os.path.exists(os.path.join(folder, "telar.json")) else None


def ask(wanted, folder):
    """Tells the runner which layer is used or needed. Returns the name under which it answers."""
    name = secrets.token_hex(8)
    files = [[path, base64.b64encode(content).decode()] for path, content in wanted.files]
    write_whole(os.path.join(folder, "request.json"), json.dumps({"name": name, "key": wanted.key, "files": files}))
    return name


def answer(name):
    try:
        with open(os.path.join(os.environ["TELAR_LAYERS"], ".answers", name + ".json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def shared_layer(wanted):
    """The layer of these requirements, made now if it was never made. None where this job cannot ask for one."""
    requests = os.environ.get("TELAR_LAYER_REQUESTS")
    if not os.environ.get("TELAR_LAYERS") or not requests or not os.path.isdir(requests):
        return None
    name = ask(wanted, requests)
    layer = cached(wanted.key)
    if layer:
        log.info("The packages of requirements.txt come from layer %s.", wanted.key)
        return layer
    log.info("Installing requirements.txt into layer %s, for this job and later ones.", wanted.key)
    started = time.monotonic()
    while not layer:
        time.sleep(POLL_SECONDS)
        layer = cached(wanted.key)
        told = None if layer else answer(name)
        if told:
            print(told["log"], file=sys.stderr, flush=True)
            raise UserError("InstallRequirementsError:\n%s" % told["error"])
    log.info("Layer %s is ready (%.1f s).", wanted.key, time.monotonic() - started)
    return layer


def install_here(arguments, root, layer):
    """Installs for this job alone."""
    python = make_environment(overlay_folder(), [*([site_packages(layer)] if layer else []), image_packages()])
    log.info("Installing dependencies: pip install %s", " ".join(arguments))
    command = pip_command(python, arguments)
    if subprocess.run(command, cwd=root).returncode != 0:
        raise UserError(
            'InstallRequirementsError:\nCommand "%s" failed. The lines above it in the log say why; a job with network '
            "isolation can install nothing." % shlex.join(command)
        )
    return python


def install(root=CODE, package=False):
    """Provides what requirements.txt in `root` asks for; with `package`, also the package whose setup.py lies there."""
    wanted = requirements.read(root)
    layer = None
    own = []
    if wanted and wanted.reason is None:
        layer = shared_layer(wanted)
    elif wanted:
        log.info("requirements.txt is installed for this job alone and not kept: %s.", wanted.reason)
    if wanted and not layer:
        own += ["-r", "requirements.txt"]
    if package:
        own += ["."]
    if own:
        return Packages(install_here(own, root, layer), layer)
    if layer:
        return Packages(make_environment(overlay_folder(), [site_packages(layer), image_packages()]), layer)
    return Packages()
