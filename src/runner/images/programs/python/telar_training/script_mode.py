"""Script mode: the user's code is fetched, its requirements are provided, and it runs as on SageMaker."""
import logging
import os
import shlex
import signal
import stat
import subprocess
import sys

from telar_runtime import base, code, layers

from . import contract

log = logging.getLogger("telar")
TRACEBACK = "Traceback (most recent call last):"
LONGEST_MESSAGE = 800  # a FailureReason holds 1024 characters, of which the frame around it takes some


def command_for(program, python, arguments):
    """A package where there is a setup.py, a Python script by its ending, and else a command for the shell."""
    if os.path.exists(os.path.join(contract.CODE, "setup.py")):
        return [python, "-m", program.replace(".py", "").replace("/", "."), *arguments]
    if program.endswith(".py"):
        return [python, program, *arguments]
    script = os.path.join(contract.CODE, program)
    os.chmod(script, os.stat(script).st_mode | 0o111)
    return ["/bin/sh", "-c", shlex.join(["./" + program, *arguments])]


def environment_for(packages, values, own, container):
    environment = dict(os.environ, **contract.variables(values, own, container))
    environment["PATH"] = os.pathsep.join([*packages.binaries, os.environ.get("PATH", "")])
    # The toolkits' modules come last: a package that the user installs under such a name wins.
    paths = [contract.CODE, os.environ.get("PYTHONPATH", ""), base.TOOLKITS, os.path.dirname(os.path.dirname(base.__file__))]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return environment


def log_position():
    """Where this job's log ends now, when the log is a file that can be read back."""
    try:
        found = os.fstat(2)
        return found.st_size if stat.S_ISREG(found.st_mode) else None
    except OSError:
        return None


def last_error(position):
    """The end of the last traceback that was logged since."""
    if position is None:
        return ""
    try:
        with open("/proc/self/fd/2", "rb") as file:
            file.seek(max(position, os.fstat(2).st_size - 65536))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = text[max(0, text.rfind(TRACEBACK)) :].strip().splitlines()
    if not lines or TRACEBACK not in lines[0]:
        return "\n".join(lines[-3:])[-LONGEST_MESSAGE:]
    # The last frame and the error itself; what follows the traceback is not part of it.
    end = next((i for i, line in enumerate(lines) if i > 0 and not line.startswith(" ")), len(lines) - 1)
    return "\n".join(lines[max(1, end - 2) : end + 1])[-LONGEST_MESSAGE:]


def run_script(command, environment):
    """The script's exit status. A SIGTERM is the script's to answer: it reaches every process of the job."""
    signal.signal(signal.SIGTERM, lambda signum, frame: None)
    try:
        status = subprocess.Popen(command, cwd=contract.CODE, env=environment).wait()
    except OSError as error:
        raise contract.UserError("The script could not be started: %s" % error)
    return status if status >= 0 else 128 - status


def failure(status, position, command):
    """What becomes /opt/ml/output/failure, in the toolkit's form."""
    told = last_error(position)
    if status == 128 + signal.SIGKILL:
        told = "OutOfMemory: Process killed by SIGKILL (signal 9)\n" + told
    return 'ExecuteUserScriptError:\nExitCode %d\nErrorMessage "%s"\nCommand "%s"' % (status, told.strip(), shlex.join(command))


def run(values, own, container):
    program = values["user_entry_point"]
    code.fetch(values["module_dir"], "sagemaker_submit_directory")
    code.require(program, "sagemaker_program")
    packages = layers.install(contract.CODE, package=os.path.exists(os.path.join(contract.CODE, "setup.py")))
    command = command_for(program, packages.python, values["user_args"])
    environment = environment_for(packages, values, own, container)
    log.info("Invoking script with the following command:\n\n%s\n", shlex.join(command))
    sys.stdout.flush()
    position = log_position()
    status = run_script(command, environment)
    if status != 0:
        contract.write_failure(failure(status, position, command))
    return status
