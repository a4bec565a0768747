"""Provides what a Glue script is to run with, then runs it: in this process, or in a Python started anew where packages of its own
must come before those that this process has imported already."""
import logging
import os
import shutil
import sys
import tempfile
import traceback

from telar_runtime import layers

from . import contract, script

log = logging.getLogger("telar")
RUN_AGAIN = os.path.join(os.path.dirname(os.path.realpath(__file__)), "again.py")


def own_log():
    """Where this program says what it does. The root logger is left alone: it is the script's to set up."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("telar: %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    return handler


def requirements(modules):
    """The lines of a requirements.txt. Wheels were staged beside it."""
    return [os.path.join(".", os.path.basename(name)) if name.startswith("s3://") else name for name in modules]


def provide(modules):
    lines = requirements(modules)
    wheels = [path for path in contract.staged("libraries") if path.endswith(".whl")]
    if not lines and not wheels:
        return layers.Packages()
    os.makedirs(contract.MODULES, exist_ok=True)
    for index, wheel in enumerate(wheels):
        shutil.copy(wheel, contract.MODULES)
        lines.append(os.path.join(".", os.path.basename(wheel)))
    with open(os.path.join(contract.MODULES, "requirements.txt"), "w", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))
    try:
        return layers.install(contract.MODULES)
    except contract.UserError as error:
        raise contract.UserError(str(error).replace("requirements.txt", "--additional-python-modules"))


def search_path(program):
    """What a script imports from, before all else: its own folder, then --extra-py-files."""
    found = [os.path.dirname(program)]
    for path in contract.staged("libraries"):
        if path.endswith(".py"):
            found.append(os.path.dirname(path))
        elif not path.endswith(".whl"):
            found.append(path)
    return found


def hides_imported(folders):
    """Whether a module of the script's own has the name of one that a warm process has imported."""
    warm = sys.modules.get("telar_warm.interpreter")
    if warm is None:
        return False
    if any(os.path.isfile(folder) for folder in folders):
        log.info("The script starts cold: it imports from archives.")
        return True
    try:
        warm.check_shadows([folder for folder in folders if os.path.isdir(folder)])
        return False
    except warm.Cold as cold:
        log.info("The script starts cold: %s.", cold)
        return True


def run():
    contract.keep_errors_apart()
    handler = own_log()
    given = contract.settings()
    program = contract.staged("script")[0]
    packages = provide(given["modules"])
    search = search_path(program)
    work = tempfile.gettempdir()
    for path in contract.staged("files"):
        shutil.copy(path, work)
    os.chdir(work)
    tail = [contract.TOOLKITS, contract.PROGRAMS]
    os.environ["PATH"] = os.pathsep.join([*packages.binaries, os.environ.get("PATH", "")])
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [*search, os.environ.get("PYTHONPATH", ""), *tail]))
    if packages.brings_any() or given["kind"] == "glueetl" or hides_imported(search):
        sys.stdout.flush()
        os.execv(packages.python, [packages.python, RUN_AGAIN, program])
    # A program's own folder stands first; the toolkits come last, so that a package of the user's of such a name wins.
    sys.path[0:1] = search
    sys.path.extend(path for path in tail if path not in sys.path)
    log.removeHandler(handler)
    return script.run(program, given)


def main():
    """0, or what the script exited with, or 1."""
    try:
        return run()
    except contract.UserError as error:
        print("UserError: %s" % error, file=sys.stderr)
        contract.write_failure(str(error))
    except Exception as error:  # whatever it is, the run's owner must be able to read it
        traceback.print_exc()
        contract.write_failure("Telar could not start the script: %s" % error)
    return 1
